/** Narrowing a list while typing: <input data-filter="ID"> hides the rows of #ID that hold none of what is typed.
 *  Its form still asks the desk when it is sent, so that it works without this, and for what a row does not show. */

export function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll("ё", "е").replace(/\s+/g, " ").trim();
}

/** Rows that hold the words as they are typed; if there is none, those that hold each of them somewhere. */
export function fitting(rows: readonly string[], typed: string): boolean[] {
  const asked = plain(typed);
  const plainRows = rows.map(plain);
  const whole = plainRows.map((row) => row.includes(asked));
  return whole.includes(true) ? whole : plainRows.map((row) => asked.split(" ").every((word) => row.includes(word)));
}

function narrow(input: HTMLInputElement): void {
  const list = document.getElementById(input.dataset["filter"] ?? "");
  const rows = [...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
  const fits = fitting(rows.map((row) => row.textContent ?? ""), input.value);
  rows.forEach((row, number) => {
    row.hidden = !fits[number];
  });
}

export function watchFilters(): void {
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (input instanceof HTMLInputElement && input.dataset["filter"]) {
      narrow(input);
    }
  });
}
