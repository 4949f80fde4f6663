/**
 * A voice note: recorded, listened to, attached. Loaded only when asked for.
 *
 * 1. The microphone is asked for only after "Start", and let go as soon as the recording ends, however it ends.
 * 2. The sound stays in memory; the address that lets the page play it is taken back after playing, removing or leaving.
 */
import type { Player } from "./files.js";
import type { VoiceKit } from "./kit.js";

const MINUTES_MOST = 20;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm"];
const ENDINGS: Readonly<Record<string, string>> = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };
const BITS_A_SECOND = 24_000; // a voice, clear enough to be understood

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** A button that plays a file, and stops. */
function makePlayer(file: File, { make, put, closing }: VoiceKit): Player {
  const button = make("button", "drop", "voice_listen");
  button.type = "button";
  let playing: { sound: HTMLAudioElement; url: string } | null = null;
  const end = (): void => {
    if (!playing) return;
    playing.sound.pause();
    playing.sound.removeAttribute("src");
    URL.revokeObjectURL(playing.url); // 2
    playing = null;
    put(button, "voice_listen");
  };
  button.addEventListener("click", () => {
    if (playing) return end();
    const url = URL.createObjectURL(file);
    const sound = new Audio(url);
    playing = { sound, url };
    put(button, "voice_hush");
    sound.addEventListener("ended", end);
    sound.addEventListener("error", end);
    sound.play().catch(end);
  });
  closing.addEventListener("abort", end);
  return { button, end };
}

class Recorder {
  private readonly start: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly note: HTMLElement;
  private readonly time: HTMLElement;
  private recording: { recorder: MediaRecorder; stream: MediaStream; keep: boolean; since: number } | null = null;
  private asking = 0;

  constructor(private readonly kit: VoiceKit) {
    const { make, box, closing } = kit;
    const button = (className: string, key: string, act: () => void): HTMLButtonElement => {
      const one = make("button", className, key);
      one.type = "button";
      one.addEventListener("click", act);
      return one;
    };
    this.start = button("small", "voice_start", () => void this.begin());
    this.stop = button("small", "voice_stop", () => this.end(true));
    this.time = make("p", "count");
    this.note = make("p", "");
    this.note.setAttribute("role", "alert");
    const row = make("div", "row");
    row.append(this.start, this.stop, button("small", "voice_cancel", () => this.close()));
    box.replaceChildren(make("p", "", "voice_lead"), make("p", "", "voice_trace"), this.time, this.note, row);
    closing.addEventListener("abort", () => this.end(false));
    this.idle();
  }

  /** Nothing is being recorded; `key` says why, if there is something to say. */
  private idle(key = "", values: Record<string, number> = {}): void {
    const refocus = document.activeElement === this.stop;
    this.start.hidden = false;
    this.stop.hidden = this.time.hidden = true;
    this.note.hidden = key === "";
    if (key) this.kit.put(this.note, key, values);
    if (refocus) this.start.focus();
  }

  private close(): void {
    this.end(false);
    this.kit.close();
  }

  private async begin(): Promise<void> {
    const media = (navigator as Partial<Navigator>).mediaDevices;
    if (!media || typeof MediaRecorder === "undefined") return this.idle("voice_none");
    const asking = ++this.asking;
    let stream: MediaStream;
    try {
      stream = await media.getUserMedia({ audio: true });
    } catch (error) {
      return this.idle((error as Error).name === "NotFoundError" ? "voice_none" : "voice_denied");
    }
    if (asking !== this.asking || this.kit.closing.aborted) return letGo(stream); // closed while the browser was asking
    try {
      this.record(stream);
    } catch {
      letGo(stream);
      this.idle("voice_none");
    }
  }

  private record(stream: MediaStream): void {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: BITS_A_SECOND });
    const parts: Blob[] = [];
    const now = { recorder, stream, keep: true, since: performance.now() };
    let seconds = 0;
    const tick = setInterval(() => {
      seconds = (performance.now() - now.since) / 1000;
      this.kit.put(this.time, "voice_time", { time: clock(seconds) });
      if (seconds >= MINUTES_MOST * 60) recorder.stop();
    }, 250);
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(tick);
      letGo(stream); // 1
      this.recording = null;
      this.idle();
      if (now.keep) this.attach(parts, recorder.mimeType, seconds);
    });
    recorder.addEventListener("error", () => {
      now.keep = false;
      this.idle("voice_lost");
    });
    recorder.start();
    this.recording = now;
    this.start.hidden = this.note.hidden = true;
    this.stop.hidden = this.time.hidden = false;
    this.kit.put(this.time, "voice_time", { time: clock(0) });
    this.stop.focus();
  }

  private attach(parts: Blob[], mimeType: string, seconds: number): void {
    const type = mimeType.split(";")[0]!;
    const file = new File(parts, `voice.${ENDINGS[type] ?? "audio"}`, { type, lastModified: 0 });
    if (file.size === 0) return this.idle("voice_lost");
    if (!this.kit.add(file, clock(seconds), makePlayer(file, this.kit))) return;
    if (seconds >= MINUTES_MOST * 60) this.idle("voice_long", { n: MINUTES_MOST });
    else this.kit.close();
  }

  private end(keep: boolean): void {
    this.asking++;
    if (!this.recording) return;
    this.recording.keep = keep;
    if (this.recording.recorder.state === "inactive") return;
    this.recording.recorder.stop();
    if (!keep) letGo(this.recording.stream); // 1
  }
}

function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

globalThis.leewardVoice = (kit) => void new Recorder(kit);
