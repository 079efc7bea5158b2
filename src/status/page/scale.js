/** From values to places in a drawing. */

/**
 * The ends and the middle of an axis from zero that has room for the largest value, in round steps.
 * @param {number} largest
 * @returns {[number, number, number]}
 */
function axisFor(largest) {
  if (!(largest > 0)) return [0, 0.5, 1]
  const power = 10 ** Math.floor(Math.log10(largest))
  const top = ([1, 2, 4, 6, 8].find(step => step * power >= largest) ?? 10) * power
  return [0, top / 2, top]
}

/** @typedef {{ readonly size: number, readonly name: string, readonly from: number }} Unit `from`: the largest value that asks for it */

/**
 * The value at an axis' top, and what stands at its bottom, middle and top.
 * @param {number} largest
 * @param {readonly Unit[]} units
 */
export function axisOf(largest, units) {
  const unit = units.find(({ from }) => largest >= from) ?? { size: 1, name: '', from: 0 }
  const ticks = axisFor(largest / unit.size)
  const labels = ticks.map((tick, i) => `${Number(tick.toPrecision(3))}${i === 2 ? ` ${unit.name}` : ''}`)
  return { top: ticks[2] * unit.size, labels }
}

/**
 * An SVG path through the values, of so many pixels; where nothing is known it has a gap.
 * @param {readonly (number | null)[]} values oldest first
 * @param {{ width: number, height: number, top: number }} frame `top`: the value at the upper edge
 */
export function linePath(values, { width, height, top }) {
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let isDrawing = false
  let path = ''
  values.forEach((value, i) => {
    if (value !== null)
      path += `${isDrawing ? 'L' : 'M'}${round(i * step)} ${round(height - (value / top) * height)}`
    isDrawing = value !== null
  })
  return path
}

/** The same, closed along the lower edge: one area for each run of known values. @type {typeof linePath} */
export function areaPath(values, { width, height, top }) {
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return runsOf(values)
    .map(({ from, run }) => {
      const points = run.map(
        (value, i) => `${round((from + i) * step)} ${round(height - (value / top) * height)}`,
      )
      const [left, right] = [round(from * step), round((from + run.length - 1) * step)]
      return `M${left} ${height}L${points.join('L')}L${right} ${height}Z`
    })
    .join('')
}

/**
 * @param {readonly (number | null)[]} values
 * @returns {{ from: number, run: number[] }[]}
 */
function runsOf(values) {
  /** @type {{ from: number, run: number[] }[]} */
  const runs = []
  let isOpen = false
  values.forEach((value, from) => {
    if (value !== null && isOpen) runs.at(-1)?.run.push(value)
    else if (value !== null) runs.push({ from, run: [value] })
    isOpen = value !== null
  })
  return runs
}

/** @param {number} pixels */
const round = pixels => Math.round(pixels * 10) / 10

/** @param {readonly (number | null)[]} values */
export function largestOf(values) {
  return values.reduce((/** @type {number} */ largest, value) => Math.max(largest, value ?? 0), 0)
}
