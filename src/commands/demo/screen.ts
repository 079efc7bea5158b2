/** The live table. On a terminal it is drawn over itself; elsewhere it is printed now and then. */

import type { LedgerReport } from '../../simulator/ledger.ts'
import type { Board, ShardView } from '../../supervisor/board.ts'

export interface Screen {
  title(text: string): void
  table(board: Board, report: LedgerReport): void
  /** A log line; shown under the table. */
  say(line: string): void
  close(lines: readonly string[]): void
}

const MAX_LINES = 8
const PRINT_EVERY = 5

export function createScreen(output: NodeJS.WriteStream): Screen {
  const lines: string[] = []
  let title = ''
  let drawn = 0
  let rounds = 0

  function draw(rows: readonly string[]): void {
    const frame = [title, '', ...rows, '', ...lines]
    const up = drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''
    output.write(`${up}${frame.map(row => row.slice(0, output.columns)).join('\n')}\n`)
    drawn = frame.length
  }

  return {
    title(text) {
      title = text
      if (!output.isTTY) output.write(`${text}\n`)
    },
    table(board, report) {
      const rows = tableOf(board, report)
      if (output.isTTY) draw(rows)
      else if (rounds++ % PRINT_EVERY === 0) output.write(`${rows.join('\n')}\n\n`)
    },
    say(line) {
      if (!output.isTTY) output.write(line)
      lines.push(line.trimEnd())
      if (lines.length > MAX_LINES) lines.shift()
    },
    close(last) {
      output.write(`\n${last.join('\n')}\n`)
    },
  }
}

function tableOf(board: Board, { issued, delivered, duplicated }: LedgerReport): string[] {
  const shards = board.shards()
  const total = board.consumers().reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0)
  const cpu = board.consumers().reduce((sum, { cpuRatio }) => sum + cpuRatio, 0)
  return [
    'shard  consumer          state          MB/s    CPU %    lag s',
    ...shards.map(rowOf),
    `all    ${String(board.consumers().length).padEnd(3)} consumers    ${''.padEnd(12)} ${megabytes(total)} ${percent(cpu)}`,
    `produced ${issued}   delivered ${delivered}   on the way ${issued - delivered}   duplicated ${duplicated}`,
  ]
}

function rowOf({ shard, owner, state, bytesPerSecond, cpuRatio, lagSeconds }: ShardView): string {
  const lag = lagSeconds === undefined ? '-' : lagSeconds.toFixed(1)
  const left = `${String(shard).padStart(5)}  ${owner.padEnd(16)}  ${state.padEnd(12)}`
  return `${left} ${megabytes(bytesPerSecond)} ${percent(cpuRatio)} ${lag.padStart(8)}`
}

function megabytes(bytesPerSecond: number): string {
  return (bytesPerSecond / 1e6).toFixed(2).padStart(6)
}

function percent(ratio: number): string {
  return (ratio * 100).toFixed(1).padStart(8)
}
