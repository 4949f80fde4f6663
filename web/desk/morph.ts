/**
 * Makes one tree of the page like a newly fetched one, touching only what differs.
 *
 * 1. Elements with the same id are the same; without ids, the same place and tag.
 * 2. What somebody has typed, ticked or opened stays; so does the focused field with its caret.
 * 3. `data-keep` elements are not touched at all.
 * 4. A form that somebody has typed into never comes to lead elsewhere: words meant for one person stay theirs.
 */

function isSame(a: Node, b: Node): boolean {
  if (a.nodeType !== b.nodeType || a.nodeName !== b.nodeName) return false;
  if (a instanceof Element && b instanceof Element) return a.id === b.id && (a.id !== "" || a.classList[0] === b.classList[0]);
  return true;
}

function isBlank(node: Node): boolean {
  return node.nodeType === Node.TEXT_NODE && !node.nodeValue?.trim();
}

function isKept(node: Node): boolean {
  return node instanceof Element && node.hasAttribute("data-keep");
}

/** True if somebody changed it since the page was made. */
export function isTouched(field: Element): boolean {
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (field instanceof HTMLInputElement) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.type !== "hidden" && field.value !== field.defaultValue;
  }
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return false;
}

/** True if somebody has typed into the form or is in it. */
function isHeld(form: HTMLFormElement): boolean {
  return form.contains(document.activeElement) || [...form.elements].some(isTouched);
}

function copyAttributes(now: Element, next: Element): void {
  for (const { name, value } of [...next.attributes]) {
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !(name === "open" && now.tagName === "DETAILS")) now.removeAttribute(name); // 2
  }
}

function morphElement(now: Element, next: Element): void {
  if (now.hasAttribute("data-keep")) return; // 3
  const field = now.matches("input, textarea, select");
  if (field && (now === document.activeElement || isTouched(now))) return; // 2
  if (now instanceof HTMLFormElement && now.getAttribute("action") !== next.getAttribute("action") && isHeld(now)) return; // 4
  const walked = now.classList.contains("focus");
  const open = now instanceof HTMLDetailsElement && now.open;
  copyAttributes(now, next);
  if (walked) now.classList.add("focus");
  if (open) (now as HTMLDetailsElement).open = true;
  morphChildren(now, next);
  if (now instanceof HTMLTextAreaElement || now instanceof HTMLInputElement) {
    if (now.type !== "checkbox" && now.type !== "radio") now.value = (next as HTMLInputElement).defaultValue;
  }
}

/** The next child that stands for `wanted`, which has no id. */
function ahead(at: ChildNode | null, wanted: Node): ChildNode | undefined {
  for (let child = at; child; child = child.nextSibling) {
    if (!isBlank(child) && (!isKept(child) || isKept(wanted)) && isSame(child, wanted)) return child;
  }
  return undefined;
}

/** Brings a known child to its place; whatever holds the focus stays, and the others move around it (2). */
function place(parent: Element, known: ChildNode, at: ChildNode | null): void {
  if (known === at) return;
  const follows = at && at.compareDocumentPosition(known) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (!follows || !known.contains(document.activeElement)) {
    parent.insertBefore(known, at);
    return;
  }
  for (let child: ChildNode | null = at; child && child !== known; ) {
    const after: ChildNode | null = child.nextSibling;
    parent.insertBefore(child, known.nextSibling);
    child = after;
  }
}

/** Makes the children of `now` like those of `next`. Blank text between elements is let be. */
export function morphChildren(now: Element, next: Element): void {
  const byId = new Map<string, ChildNode>();
  for (const child of now.children) if (child.id) byId.set(child.id, child);
  const ids = new Set([...next.children].map((child) => child.id));
  const goes = (child: ChildNode): boolean =>
    !isBlank(child) && !isKept(child) && !(child instanceof Element && child.id && ids.has(child.id));
  let at: ChildNode | null = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    if (isBlank(wanted)) continue;
    const keyed = wanted instanceof Element && wanted.id;
    const known = keyed ? byId.get(keyed) : ahead(at, wanted);
    if (!known || !isSame(known, wanted)) {
      const arrived = document.importNode(wanted, true);
      if (arrived instanceof Element && arrived.classList.contains("fresh")) arrived.classList.add("arrived"); // glows once
      if (wanted.previousSibling && isBlank(wanted.previousSibling)) now.insertBefore(document.createTextNode(" "), at);
      now.insertBefore(arrived, at);
      continue;
    }
    while (!keyed && at && at !== known) {
      const after: ChildNode | null = at.nextSibling;
      if (goes(at)) at.remove();
      at = after;
    }
    place(now, known, keyed ? skipKept(at) : known);
    if (known instanceof Element && wanted instanceof Element) morphElement(known, wanted);
    else if (known.nodeValue !== wanted.nodeValue) known.nodeValue = wanted.nodeValue;
    at = known.nextSibling;
  }
  while (at) {
    const after: ChildNode | null = at.nextSibling;
    if (goes(at)) at.remove();
    at = after;
  }
}

/** Blank text and kept elements stay before what comes next. */
function skipKept(at: ChildNode | null): ChildNode | null {
  let next = at;
  while (next && (isBlank(next) || isKept(next))) next = next.nextSibling;
  return next;
}
