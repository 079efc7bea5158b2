#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node must get as far as saying that it is too old.
import { launch } from './launch.js'

await launch('cli')
