/** The WebAssembly module, which a test or a measurement of it cannot do without. */

import { type EncoderModule, loadModule, type ModuleOptions } from '../../src/worker/encode/module.ts'

export function encoderModule(options?: ModuleOptions): EncoderModule {
  const module = loadModule(options)
  if (!module) throw new Error('there is no module: npm run build makes it')
  return module
}
