// Puts node_modules/.bin/node back. npm 10, which comes with Node 20 and 22, takes the link away together with the
// package for the other processor, which has a link of the same name and is not installed.
import { existsSync, symlinkSync } from 'node:fs'

const modules = new URL('../node_modules/', import.meta.url)
const brought = `node-${process.platform}-${process.arch}/bin/node`
const link = new URL('.bin/node', modules)

if (existsSync(new URL(brought, modules)) && !existsSync(link)) symlinkSync(`../${brought}`, link)
