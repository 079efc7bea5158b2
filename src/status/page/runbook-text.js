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
  const levels = levelsOf(lines)
  const start = lines.findIndex((line, i) => levels[i] !== 0 && anchorOf(line) === anchor)
  if (start === -1) return undefined
  const level = levels[start] ?? 0
  const end = levels.findIndex((each, i) => i > start && each !== 0 && each <= level)
  const section = lines.slice(start + 1, end === -1 ? undefined : end)
  return section.join('\n').trim()
}

/** Of each line, the heading's level; 0 for all others, comments in code among them. @param {readonly string[]} lines */
function levelsOf(lines) {
  let isCode = false
  return lines.map(line => {
    if (line.startsWith('```')) isCode = !isCode
    return isCode ? 0 : (/^(#+) /.exec(line)?.[1]?.length ?? 0)
  })
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
