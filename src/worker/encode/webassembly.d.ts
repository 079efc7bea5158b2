/** What is used of WebAssembly: TypeScript knows it only together with a browser. */

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: Exports
  }
  class Memory {
    readonly buffer: ArrayBuffer
    /** Grows by a number of pages of 64 KiB. What was made of `buffer` before is empty then. */
    grow(pages: number): number
  }
  class Global {
    readonly value: unknown
  }
  interface Exports {
    readonly [name: string]: unknown
  }
}
