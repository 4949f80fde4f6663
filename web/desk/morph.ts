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
  if (a instanceof Element && b instanceof Element) return a.id === b.id;
  return true;
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

/** Makes the children of `now` like those of `next`. */
export function morphChildren(now: Element, next: Element): void {
  const byId = new Map<string, Element>();
  for (const child of now.children) if (child.id) byId.set(child.id, child);
  let at: ChildNode | null = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    while (at instanceof Element && at.hasAttribute("data-keep") && !(wanted instanceof Element && isSame(at, wanted))) {
      at = at.nextSibling; // 3
    }
    const known = wanted instanceof Element && wanted.id ? byId.get(wanted.id) : undefined;
    if (known && known !== at) now.insertBefore(known, at);
    const current: ChildNode | null = known ?? at;
    if (current && isSame(current, wanted)) {
      if (current instanceof Element && wanted instanceof Element) morphElement(current, wanted);
      else if (current.nodeValue !== wanted.nodeValue) current.nodeValue = wanted.nodeValue;
      at = current.nextSibling;
    } else {
      const arrived = document.importNode(wanted, true);
      if (arrived instanceof Element && arrived.classList.contains("fresh")) arrived.classList.add("arrived"); // glows once
      now.insertBefore(arrived, at);
    }
  }
  while (at) {
    const after: ChildNode | null = at.nextSibling;
    if (!(at instanceof Element && at.hasAttribute("data-keep"))) at.remove();
    at = after;
  }
}
