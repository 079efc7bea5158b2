import { existsSync } from 'node:fs'
import runtime from './runtime.json' with { type: 'json' }

const NEEDED_MAJOR = 24
const EX_CONFIG = 78

/**
 * Loads an entry of the program: from `src/` in a checkout, where Node runs the TypeScript as it stands, else from
 * the built `dist/` of the installed package (Node strips no types below node_modules).
 */
export async function launch(entry) {
  if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
    process.stderr.write(
      `sls2splunk needs Node ${NEEDED_MAJOR} or newer, this is ${process.versions.node}. ` +
        'The package brings one along: start it with npx sls2splunk, or with node_modules/.bin/node.\n',
    )
    process.exit(EX_CONFIG)
  }
  restartWithFlags()
  const source = new URL(`../src/${entry}.ts`, import.meta.url)
  await import(existsSync(source) ? source.href : new URL(`../dist/${entry}.js`, import.meta.url).href)
}

/**
 * Starts this program anew in the same process: flags count only from the very beginning. What passes through are
 * buffers outside a heap that stays small, and V8 expects something else.
 *
 * V8's helper threads (collector, compiler) cost a sixth of the CPU at 2 MB/s a consumer, and nobody can say for which
 * consumer: `--single-threaded` has each thread do its own work, which is less in all, and what a thread's clock says is
 * the truth. Marking the heap step by step, each time some buffers have come and gone, costs a fifth of the CPU at full
 * speed; in one go it takes milliseconds, and seldom. New objects of 1 MB at most before they are looked through save
 * 15 MB of memory for each thread.
 *
 * `--disable-sigusr1`: Node answers that signal with a debugger on a port of this host, where every local user can read
 * the keys and run code as the service. With the flag the signal does nothing.
 */
function restartWithFlags() {
  const missing = runtime.flags.filter(flag => !process.execArgv.includes(flag))
  if (missing.length === 0) return
  const [node, ...args] = process.argv
  process.execve(process.execPath, [node, ...missing, ...process.execArgv, ...args], process.env)
}
