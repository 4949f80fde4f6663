/** In place of web/intake/views.ts: the form, then the sealed letter with its words. */

/** The element with this id, which the template promises. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element as T;
}

const VIEWS = ["write", "words"] as const;
export type View = (typeof VIEWS)[number];

/** Show one view and move the reader to its heading. */
export function show(view: View): void {
  for (const name of VIEWS) find(name).hidden = name !== view;
  scrollTo(0, 0);
  find(view).querySelector<HTMLElement>("h1")?.focus();
}
