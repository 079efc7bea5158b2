/** Figures as a picture: panels of horizontal bars, in SVG that reads on light and on dark ground. */

export interface Bar {
  readonly label: string
  readonly value: number
  /** The value as text, with its unit. */
  readonly text: string
  /** What the panel is about. */
  readonly isOurs?: boolean
}

export interface Panel {
  readonly title: string
  readonly bars: readonly Bar[]
}

const WIDTH = 860
const LABEL_WIDTH = 300
const VALUE_WIDTH = 130
const BAR_HEIGHT = 20
const ROW_HEIGHT = 28
const TITLE_HEIGHT = 48

const STYLE = `
  text { font: 14px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .bar { fill: #9aa7b4 }
  .ours { fill: #1f7a5c }
  @media (prefers-color-scheme: dark) {
    text { fill: #d7dee5 }
    .bar { fill: #5b6875 }
    .ours { fill: #3fb68b }
  }
`

export function drawChart(panels: readonly Panel[]): string {
  const parts: string[] = []
  let y = 0
  for (const panel of panels) {
    parts.push(drawPanel(panel, y))
    y += heightOf(panel)
  }
  const titles = panels.map(({ title }) => title).join('; ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escaped(titles)}">`,
    `<style>${STYLE}</style>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function heightOf({ bars }: Panel): number {
  return TITLE_HEIGHT + bars.length * ROW_HEIGHT
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest
  const rows = bars.map((bar, i) => drawBar(bar, top + TITLE_HEIGHT + i * ROW_HEIGHT, scale))
  return [`<text class="title" x="0" y="${top + 32}">${escaped(title)}</text>`, ...rows].join('\n')
}

function drawBar({ label, value, text, isOurs = false }: Bar, y: number, scale: number): string {
  const width = Math.max(1, Math.round(value * scale))
  const baseline = y + BAR_HEIGHT - 5
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${baseline}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${isOurs ? 'ours' : 'bar'}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<text x="${LABEL_WIDTH + width + 8}" y="${baseline}">${escaped(text)}</text>`,
  ].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
