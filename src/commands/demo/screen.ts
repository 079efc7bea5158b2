/** The live table of the demonstration: drawn over itself on a terminal, printed every five seconds elsewhere. */

import { stripVTControlCharacters, styleText } from 'node:util'
import { formatDuration } from '../../base/units.ts'
import type { LedgerReport } from '../../simulator/ledger.ts'
import { megabytes, NONE, percent } from '../../status/page/format.js'
import type { Board } from '../../supervisor/state/board.ts'
import type { ShardView } from '../../supervisor/state/views.ts'
import { createFrame } from '../terminal/frame.ts'
import { aligned, type Head } from '../terminal/table.ts'
import { count } from '../terminal/words.ts'

export interface Screen {
  title(text: string): void
  table(board: Board, report: LedgerReport): void
  /** Shows a log line under the table. */
  say(line: string): void
  close(lines: readonly string[]): void
}

interface Table {
  readonly head: string
  readonly shards: readonly string[]
  readonly totals: readonly string[]
}

const MAX_LINES = 8
const MIN_LINES = 3
const PRINT_EVERY = 5
/** Title, head, two empty rows, and the row of the cursor. */
const FRAME_ROWS = 5

export function createScreen(output: NodeJS.WriteStream): Screen {
  const lines: string[] = []
  const frame = createFrame(output, paint)
  let title = ''
  let rounds = 0

  /** Draws the table. Where the terminal is too low, shards are left out first. */
  function draw({ head, shards, totals }: Table): void {
    const room = output.rows - FRAME_ROWS - totals.length
    const shown = shorten(shards, Math.max(1, room - MIN_LINES))
    const said = lines.slice(-Math.max(1, Math.min(MAX_LINES, room - shown.length)))
    frame.draw([title, '', head, ...shown, ...totals, '', ...said])
  }

  return {
    title(text) {
      title = text
      if (!output.isTTY) output.write(`${text}\n`)
    },
    table(board, report) {
      const table = tableOf(board, report)
      if (output.isTTY) draw(table)
      else if (table.shards.length > 0 && rounds++ % PRINT_EVERY === 0) {
        output.write(`\n${[table.head, ...table.shards, ...table.totals].join('\n')}\n\n`)
      }
    },
    say(line) {
      if (!output.isTTY) output.write(line)
      // Without its colours, so that a line can be cut anywhere; a stack trace is many lines.
      lines.push(...stripVTControlCharacters(line).trimEnd().split('\n'))
      lines.splice(0, lines.length - MAX_LINES)
    },
    close(last) {
      output.write(`\n${last.join('\n')}\n`)
    },
  }
}

function shorten(rows: readonly string[], most: number): readonly string[] {
  if (rows.length <= most) return rows
  return [...rows.slice(0, most - 1), `    … ${rows.length - most + 1} more shards`]
}

function paint(row: string): string {
  if (/^\[[\d:.]+\] (ERROR|FATAL)/.test(row)) return styleText('red', row)
  if (/^\[[\d:.]+\] WARN/.test(row)) return styleText('yellow', row)
  return row
}

const HEADS: readonly Head[] = [
  ['shard', true],
  ['consumer', false],
  ['state', false],
  ['MB/s', true],
  ['CPU', true],
  ['lag', true],
]

function tableOf(board: Board, { issued, delivered, duplicated }: LedgerReport): Table {
  const rows = [...board.shards().map(cellsOf), totalsOf(board.consumers())]
  const [head = '', ...lines] = aligned(HEADS, rows)
  const counts = `produced ${issued}   delivered ${delivered}   in flight ${issued - delivered}   duplicated ${duplicated}`
  return { head, shards: lines.slice(0, -1), totals: [...lines.slice(-1), counts] }
}

function cellsOf({ shard, owner, state, bytesPerSecond, cpuRatio, lagSeconds }: ShardView): string[] {
  const lag = lagSeconds === undefined ? NONE : formatDuration(lagSeconds * 1_000)
  return [String(shard), owner, state, megabytes(bytesPerSecond), percent(cpuRatio), lag]
}

function totalsOf(consumers: ReturnType<Board['consumers']>): string[] {
  const bytesPerSecond = consumers.reduce((sum, each) => sum + each.bytesPerSecond, 0)
  const cpuRatio = consumers.reduce((sum, each) => sum + each.cpuRatio, 0)
  return ['all', count(consumers.length, 'consumer'), '', megabytes(bytesPerSecond), percent(cpuRatio), '']
}
