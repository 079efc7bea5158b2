import { existsSync } from 'node:fs'

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
  const source = new URL(`../src/${entry}.ts`, import.meta.url)
  await import(existsSync(source) ? source.href : new URL(`../dist/${entry}.js`, import.meta.url).href)
}
