/**
 * Uploads: `<input type=file data-upload="ADDRESS">` sends each file as a raw body with its name in a header, so that
 * no part of it is ever written to the disk in clear on the way. A bar shows how far it is.
 */
function send(address: string, file: File, bar: HTMLProgressElement): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Leeward-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Leeward-Type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.responseText);
      else reject(new Error(request.responseText.slice(0, 500)));
    });
    request.addEventListener("error", () => reject(new Error("")));
    request.send(file);
  });
}

export function watchUploads(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.dataset["upload"] || !input.files) return;
    void uploadAll(input, [...input.files]);
  });
}

async function uploadAll(input: HTMLInputElement, files: File[]): Promise<void> {
  const state = input.closest("form, [data-uploads]")?.querySelector<HTMLElement>("[data-upload-state]");
  input.disabled = true;
  let failed = false;
  for (const file of files) {
    const line = document.createElement("p");
    line.className = "small";
    line.dataset["keep"] = "";
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", file.name);
    line.append(file.name, bar);
    state?.append(line);
    try {
      await send(input.dataset["upload"]!, file, bar);
      line.remove();
    } catch (error) {
      failed = true;
      bar.remove();
      line.append(" ", (error as Error).message || input.dataset["failed"] || "");
    }
  }
  input.disabled = false;
  input.value = "";
  const after = input.dataset["after"];
  if (after && !failed) location.assign(after); // what went wrong stays to be read
}
