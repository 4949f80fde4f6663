/** The page's few views, one shown at a time, without a trace in address or history. */

/** The element with this id, which the template promises. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element ${id}`);
  return element as T;
}

const VIEWS = ["write", "words", "return", "talk", "ended"] as const;
export type View = (typeof VIEWS)[number];

/** Show one view and move the reader to its heading. */
export function show(view: View): void {
  for (const name of VIEWS) find(name).hidden = name !== view;
  scrollTo(0, 0);
  const heading = find(view).querySelector<HTMLElement>("h1");
  heading?.focus();
}
