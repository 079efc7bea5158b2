// Writes config.schema.json anew from the schema in src/config/schema.
import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/json-schema.ts'

writeFileSync(new URL('../config.schema.json', import.meta.url), configJsonSchema())
