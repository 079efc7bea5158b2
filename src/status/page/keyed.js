/** A list of elements that follows a list of things: each thing has its element for as long as it is there. */

/**
 * @template T
 * @typedef {{ readonly element: Element, update(thing: T): void }} Part
 */

/**
 * Answers with what brings the children of `parent` to a new list: elements are made for what is new, taken away for
 * what is gone, moved when the order has changed; all others stay as they are and are updated.
 *
 * @template T
 * @param {Element} parent
 * @param {(thing: T) => string} keyOf
 * @param {(thing: T) => Part<T>} create
 * @returns {(things: readonly T[]) => void}
 */
export function keyedList(parent, keyOf, create) {
  /** @type {Map<string, Part<T>>} */
  let parts = new Map()
  // What is there already, a table's head for instance, stays in front.
  const fixed = parent.lastElementChild
  return things => {
    const next = new Map(things.map(thing => [keyOf(thing), parts.get(keyOf(thing)) ?? create(thing)]))
    for (const [key, { element }] of parts) if (!next.has(key)) element.remove()
    parts = next
    let place = fixed ? fixed.nextElementSibling : parent.firstElementChild
    for (const { element } of next.values()) {
      if (element === place) place = place.nextElementSibling
      else parent.insertBefore(element, place)
    }
    for (const thing of things) next.get(keyOf(thing))?.update(thing)
  }
}
