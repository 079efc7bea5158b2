/** Elements, made once and changed in place: what is the same already is not touched. */

const SVG = 'http://www.w3.org/2000/svg'

/** @typedef {Readonly<Record<string, string | number>>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {(Node | string)[]} children
 */
export function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  setAll(element, attributes)
  element.append(...children)
  return element
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {Node[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag)
  setAll(element, attributes)
  element.append(...children)
  return element
}

/** One of the symbols of index.html; decoration, because a word always stands beside it. @param {string} name */
export function icon(name) {
  return svg(
    'svg',
    { class: 'icon', 'aria-hidden': 'true', viewBox: '0 0 16 16' },
    svg('use', { href: `#icon-${name}` }),
  )
}

/** @param {Element} element @param {Attributes} attributes */
function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
}

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/** @param {Element} element @param {string} name @param {string | number} value */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value))
}

/** @param {Element} element @param {boolean} isHidden */
export function setHidden(element, isHidden) {
  if (element.hasAttribute('hidden') !== isHidden) element.toggleAttribute('hidden', isHidden)
}

/** The element of index.html with this id; that it is missing is a mistake in the page. @param {string} id */
export function byId(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`index.html has no element #${id}`)
  return element
}
