/**
 * `sls2splunk completion`: prints a completion script for a shell. It is made from the command table itself, so it has
 * exactly the commands and options of this version.
 */

import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Returns a script for this shell that completes the program's commands, options and values. */
export function completionOf(program: Command, shell: Shell): string {
  return RENDERERS[shell](program.name(), placesOf(program, program.name()))
}

/** What may follow a command. */
interface Place {
  /** The words that lead there: `sls2splunk dead-letters show`. */
  readonly path: string
  /** Commands and values that may follow. */
  readonly words: readonly Word[]
  readonly options: readonly Flag[]
}

interface Word {
  readonly text: string
  readonly description: string
}

interface Flag {
  readonly long: string
  /** One letter. */
  readonly short: string | undefined
  readonly description: string
  readonly value: Value
}

type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'file' }
  | { readonly kind: 'one-of'; readonly words: readonly string[] }
  /** A value that no shell can know. */
  | { readonly kind: 'free' }

function placesOf(command: Command, path: string): readonly Place[] {
  const help = command.createHelp()
  const words = help
    .visibleCommands(command)
    .map(each => ({ text: each.name(), description: each.description() }))
  const values = command.registeredArguments.flatMap(({ argChoices = [] }) =>
    argChoices.map(text => ({ text, description: '' })),
  )
  const options = help.visibleOptions(command).flatMap(flagOf)
  const inner = command.commands.flatMap(each => placesOf(each, `${path} ${each.name()}`))
  return [{ path, words: [...words, ...values], options }, ...inner]
}

function flagOf(option: Option): Flag[] {
  const { long, short, description } = option
  return long ? [{ long, short: short?.slice(1), description, value: valueNamedBy(option) }] : []
}

/** Reads the value's kind from the flags: `<file>`, or `<begin|end|TIME>`, whose words in small letters are values. */
function valueNamedBy({ flags, argChoices, required, optional }: Option): Value {
  if (!required && !optional) return { kind: 'none' }
  if (argChoices) return { kind: 'one-of', words: argChoices }
  const named = /[<[](.+)[>\]]/.exec(flags)?.[1] ?? ''
  if (named === 'file') return { kind: 'file' }
  const words = named.split('|').filter(word => /^[a-z-]+$/.test(word))
  return named.includes('|') ? { kind: 'one-of', words } : { kind: 'free' }
}

type Render = (name: string, places: readonly Place[]) => string

const RENDERERS: Readonly<Record<Shell, Render>> = { bash, zsh, fish }

/** Returns a pattern of `case` (`'a' | 'b'`); without words, one that nothing matches. */
const patternOf = (texts: readonly string[]) => (texts.length === 0 ? "''" : texts.map(quoted).join(' | '))

/** Quotes a text for all three shells: none of them expands anything between single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`

/** Returns the paths that another path leads to. */
const innerPaths = (places: readonly Place[]) => places.slice(1).map(({ path }) => path)

/** Returns `PATH --option` and `PATH -o` of all options with such a value. */
function flagsWith(places: readonly Place[], kind: Value['kind']): string[] {
  return places.flatMap(({ path, options }) =>
    options.filter(({ value }) => value.kind === kind).flatMap(flag => spelt(path, flag)),
  )
}

function spelt(path: string, { long, short }: Flag): string[] {
  return short === undefined ? [`${path} ${long}`] : [`${path} ${long}`, `${path} -${short}`]
}

/** Returns the options whose value is one of some words, with these words. */
function choicesOf(places: readonly Place[]) {
  return places.flatMap(({ path, options }) =>
    options.flatMap(flag =>
      flag.value.kind === 'one-of' ? [{ flags: spelt(path, flag), words: flag.value.words }] : [],
    ),
  )
}

function bash(name: string, places: readonly Place[]): string {
  const wordsOf = ({ words, options }: Place) =>
    [...words.map(({ text }) => text), ...options.map(({ long }) => long)].join(' ')
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} place=${name} i
  local IFS=$' \\t\\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${patternOf(innerPaths(places))}) place="$place \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$place $previous" in
    ${patternOf(flagsWith(places, 'file'))})
      compopt -o filenames 2>/dev/null
      IFS=$'\\n'
      COMPREPLY=($(compgen -f -- "$current"))
      return ;;
${choicesOf(places)
  .map(
    ({ flags, words }) =>
      `    ${patternOf(flags)}) COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$current")); return ;;\n`,
  )
  .join('')}    ${patternOf(flagsWith(places, 'free'))}) return ;;
  esac
  case "$place" in
${places
  .map(
    place =>
      `    ${quoted(place.path)}) COMPREPLY=($(compgen -W ${quoted(wordsOf(place))} -- "$current")) ;;\n`,
  )
  .join('')}  esac
}
complete -F _${name} ${name}
`
}

/** Escapes colons: in `_describe` a colon ends the word. */
function described({ words, options }: Place): string {
  const all = [...words, ...options.map(({ long, description }) => ({ text: long, description }))]
  return all.map(({ text, description }) => quoted(`${text.replaceAll(':', '\\:')}:${description}`)).join(' ')
}

function zsh(name: string, places: readonly Place[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local place=${name} word previous=\${words[CURRENT-1]}
  local -a known
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${patternOf(innerPaths(places))}) place="$place $word" ;;
    esac
  done
  case "$place $previous" in
    ${patternOf(flagsWith(places, 'file'))}) _files; return ;;
${choicesOf(places)
  .map(
    ({ flags, words }) => `    ${patternOf(flags)}) compadd -- ${words.map(quoted).join(' ')}; return ;;\n`,
  )
  .join('')}    ${patternOf(flagsWith(places, 'free'))}) return ;;
  esac
  case "$place" in
${places.map(place => `    ${quoted(place.path)}) known=(${described(place)}) ;;\n`).join('')}  esac
  _describe ${quoted(name)} known
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name}; else compdef _${name} ${name}; fi
`
}

function fish(name: string, places: readonly Place[]): string {
  return `# Completion of ${name} for fish: ${name} completion fish | source
function __${name}_at
  set -l place ${name}
  for word in (commandline -opc)
    switch "$place $word"
      case ${innerPaths(places).map(quoted).join(' ')}
        set place "$place $word"
    end
  end
  test "$place" = "$argv[1]"
end
complete -c ${name} -f
${places.flatMap(place => fishLines(name, place)).join('\n')}
`
}

function fishLines(name: string, { path, words, options }: Place): string[] {
  const start = `complete -c ${name} -n ${quoted(`__${name}_at "${path}"`)}`
  return [
    ...words.map(({ text, description }) => `${start} -a ${quoted(text)} -d ${quoted(description)}`),
    ...options.map(flag => `${start} ${fishFlag(flag)} -d ${quoted(flag.description)}`),
  ]
}

function fishFlag({ long, short, value }: Flag): string {
  const names = `${short === undefined ? '' : `-s ${short} `}-l ${long.slice(2)}`
  switch (value.kind) {
    case 'none':
      return names
    case 'file':
      return `${names} -r -F`
    case 'free':
      return `${names} -x`
    case 'one-of':
      return `${names} -x -a ${quoted(value.words.join(' '))}`
  }
}
