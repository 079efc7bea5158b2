// Builds dist/ and wasm/ anew, so that no file of an earlier build stays behind. Runs after every npm ci, too.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import './link-node.js'

const root = fileURLToPath(new URL('..', import.meta.url))
for (const made of ['dist', 'wasm']) rmSync(`${root}${made}`, { recursive: true, force: true })
run('tsc', ['-p', 'tsconfig.build.json'])
// A browser takes the page as it stands.
cpSync(`${root}src/status/page`, `${root}dist/page`, { recursive: true })

// The encoder's inner loop, for checkouts and packages alike.
mkdirSync(`${root}wasm`, { recursive: true })
const plain = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd']
run('asc', ['assembly/index.ts', '--outFile', 'wasm/encoder.wasm', ...plain])

function run(command, args) {
  execFileSync(`${root}node_modules/.bin/${command}`, args, { cwd: root, stdio: 'inherit' })
}
