/** Pictures from strangers: fetched only when asked for, blurred and grey until asked again. */
export function watchPictures(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLButtonElement>("button[data-look]");
    if (button) {
      void show(button);
      return;
    }
    const unblur = target.closest<HTMLButtonElement>("button[data-unblur]");
    if (unblur) {
      const picture = unblur.closest("figure")?.querySelector("img");
      const blurred = picture?.classList.toggle("blurred") ?? true;
      unblur.setAttribute("aria-pressed", String(!blurred));
      unblur.textContent = (blurred ? unblur.dataset["clear"] : unblur.dataset["blur"]) ?? "";
    }
  });
}

async function show(button: HTMLButtonElement): Promise<void> {
  const words = document.querySelector<HTMLTemplateElement>("template#look");
  if (!words) return;
  button.disabled = true;
  const answer = await fetch(button.dataset["look"] ?? "").catch(() => undefined);
  const kind = answer?.headers.get("content-type") ?? "";
  const part = words.content.cloneNode(true) as DocumentFragment;
  const figure = part.querySelector("figure")!;
  if (answer?.ok && kind.startsWith("image/")) {
    const picture = figure.querySelector("img")!;
    picture.src = URL.createObjectURL(await answer.blob());
    part.querySelector("p")?.remove();
    button.replaceWith(figure);
  } else {
    button.replaceWith(part.querySelector("p")!);
  }
}
