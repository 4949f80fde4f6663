/** In place of web/intake/assets.ts: everything is in the file itself, and nothing is ever fetched. */
interface Asset {
  readonly element: string;
}

function listed(kind: string): Readonly<Record<string, Asset>> {
  const found = document.querySelectorAll<HTMLElement>(`script[data-${kind}]`);
  return Object.fromEntries([...found].map(({ id, dataset }) => [dataset[kind]!, { element: id }]));
}

export const built = { clean: { element: "" }, words: listed("words"), texts: listed("texts") };

/** The text of a part of this file. */
export function loadText(asset: Asset | undefined): Promise<string> {
  const element = asset && document.getElementById(asset.element);
  return element ? Promise.resolve(element.textContent) : Promise.reject(new Error("not in this file"));
}

/** Nothing is loaded later: what cleans pictures came with the rest. */
export function loadScript(_asset: Asset): Promise<void> {
  return Promise.reject(new Error("nothing to load"));
}
