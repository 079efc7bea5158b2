/** Entries of the runbook: found in its text by their heading. */

/** @typedef {{ readonly kind: 'text' | 'item' | 'code', readonly text: string }} Block */

/** `operation.md#dead-letters`; undefined when it is no such address. @param {string} runbook */
export function addressOf(runbook) {
  const [, file, anchor = ''] = /^([\w-]+\.md)(?:#([\w-]+))?$/.exec(runbook) ?? []
  return file === undefined ? undefined : { url: `/docs/${file}`, anchor }
}

/**
 * The text below the heading that the anchor names, without the heading; undefined when there is none.
 * @param {string} markdown
 * @param {string} anchor
 */
export function sectionOf(markdown, anchor) {
  const lines = markdown.split('\n')
  const start = lines.findIndex(line => /^#+ /.test(line) && anchorOf(line) === anchor)
  const [marks = ''] = /^#+/.exec(lines[start] ?? '') ?? []
  if (marks === '') return undefined
  const rest = lines.slice(start + 1)
  const end = rest.findIndex(line => new RegExp(`^#{1,${marks.length}} `).test(line))
  return rest
    .slice(0, end === -1 ? undefined : end)
    .join('\n')
    .trim()
}

/** As GitHub makes it. @param {string} heading */
const anchorOf = heading =>
  heading
    .replace(/^#+ /, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

/**
 * Paragraphs, list items and code: what a runbook consists of. Anything else is a paragraph.
 * @param {string} markdown
 * @returns {Block[]}
 */
export function blocksOf(markdown) {
  return markdown.split(/^```.*\n([\s\S]*?)^```$/m).flatMap((part, i) => {
    if (i % 2 === 1) return [{ kind: /** @type {const} */ ('code'), text: part.trimEnd() }]
    return part.split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/).flatMap(textBlock)
  })
}

/** @param {string} text @returns {Block[]} */
function textBlock(text) {
  const plain = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .trim()
  if (plain === '') return []
  const isItem = /^(?:[-*]|\d+\.) /.test(plain)
  return [
    { kind: isItem ? 'item' : 'text', text: plain.replace(/^([-*]|#+) |\*\*/g, '').replaceAll('**', '') },
  ]
}
