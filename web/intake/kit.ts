/** What the later scripts get from the first, so that no code travels twice. */
import type { openSealed } from "../shared/open.js";
import type { deriveWay, isCode, Code } from "../shared/codes.js";
import type { Relay } from "../shared/relay.js";
import type { Card, Letter, Sending } from "../shared/report.js";
import type { endConversation, lookAgain, visit } from "../shared/visits.js";
import type { hasAnswer } from "../shared/waiting.js";
import type { WordList } from "../shared/words.js";
import type { Player } from "./files.js";
import type { make, put, locale } from "./texts.js";
import type { find, show } from "./views.js";

/** For coming back: returning.ts. */
export interface Kit {
  readonly card: Card;
  readonly openSealed: typeof openSealed;
  readonly deriveWay: typeof deriveWay;
  readonly isCode: typeof isCode;
  readonly visit: typeof visit;
  readonly lookAgain: typeof lookAgain;
  readonly endConversation: typeof endConversation;
  readonly hasAnswer: typeof hasAnswer;
  readonly makeRelay: (onTrouble: () => Promise<void>) => Relay;
  readonly loadList: (language: string) => Promise<WordList>;
  readonly make: typeof make;
  readonly put: typeof put;
  readonly locale: typeof locale;
  readonly find: typeof find;
  readonly show: typeof show;
  /** Send later messages with this code from now on; `sent` runs after each. */
  readonly writeAs: (code: Code, sent: () => void) => void;
  /** A later message with this code that is not the form's. */
  readonly begin: (code: Code, letter: Letter) => Sending;
  /** Forget what stands in the form. */
  readonly clearLetter: () => void;
}

/** For a voice note: voice.ts. */
export interface VoiceKit {
  readonly box: HTMLElement;
  readonly make: typeof make;
  readonly put: typeof put;
  /** Attach the note; false, with a word to the person, if there is no room. */
  readonly add: (file: File, time: string, player: Player) => boolean;
  /** Fold the recorder away. */
  readonly close: () => void;
  readonly closing: AbortSignal;
}

export type Returning = (kit: Kit) => void;
export type Voice = (kit: VoiceKit) => void;

declare global {
  var leewardReturning: Returning | undefined;
  var leewardVoice: Voice | undefined;
}
