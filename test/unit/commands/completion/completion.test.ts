import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Argument, Command, Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { completionOf, SHELLS, type Shell } from '../../../../src/commands/completion/completion.ts'

function programOf(): Command {
  const program = new Command('tool').description('a tool').version('1.2.3')
  program.command('run').description("the service's start").option('-c, --config <file>', 'the file')
  const box = program.command('box').description('what is kept: all of it')
  box.command('show').description('shows it').option('--json', 'for programs')
  box
    .command('move')
    .description('moves it')
    .requiredOption('--to <begin|end|TIME>', 'where to')
    .option('--name <name>', 'whose')
    .addOption(new Option('--colour <colour>', 'which').choices(['red', 'blue']))
    .addOption(new Option('--secret', 'nobody sees it').hideHelp())
  program.command('print').addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
  return program
}

/** What bash offers when this is on its line and the tab key is pressed at the end of the last word. */
function offered(words: readonly string[], cwd = '/'): string[] {
  const script = [
    'source <(printf %s "$SCRIPT")',
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tool',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n')
  const env = { ...process.env, SCRIPT: completionOf(programOf(), 'bash') }
  const answer = execFileSync('bash', ['-c', script, 'bash', ...words], { env, cwd, encoding: 'utf8' })
  return answer.split('\n').filter(word => word !== '')
}

const has = (shell: Shell) =>
  ['/bin', '/usr/bin', '/usr/local/bin'].some(path => existsSync(`${path}/${shell}`))

describe.runIf(has('bash'))('completion for bash', () => {
  test.for([
    [
      ['tool', ''],
      ['run', 'box', 'print', 'help', '--version', '--help'],
    ],
    [['tool', 'b'], ['box']],
    [
      ['tool', 'box', ''],
      ['show', 'move', 'help', '--help'],
    ],
    [
      ['tool', 'box', 'show', '--'],
      ['--json', '--help'],
    ],
    [
      ['tool', 'box', 'move', '--'],
      ['--to', '--name', '--colour', '--help'],
    ],
    [
      ['tool', 'box', 'move', '--to', ''],
      ['begin', 'end'],
    ],
    [['tool', 'box', 'move', '--colour', 'r'], ['red']],
    // What only a person knows is not guessed at.
    [['tool', 'box', 'move', '--name', ''], []],
    [['tool', 'box', 'move', '--to', 'end', '--n'], ['--name']],
    [
      ['tool', 'print', ''],
      ['bash', 'zsh', '--help'],
    ],
    [['tool', 'nonsense', 'r'], ['run']],
  ] as const)('%j', ([words, expected]) => {
    expect(offered(words)).toEqual(expected)
  })

  test.each(['--config', '-c'])('%s is followed by files', option => {
    const files = offered(['tool', 'run', option, 'package.j'], process.cwd())
    expect(files).toEqual(['package.json'])
  })

  test('is registered for the program', () => {
    const script = 'source <(printf %s "$SCRIPT"); complete -p tool'
    const env = { ...process.env, SCRIPT: completionOf(programOf(), 'bash') }
    expect(execFileSync('bash', ['-c', script], { env, encoding: 'utf8' })).toContain('-F _tool tool')
  })
})

describe.each(SHELLS)('completion for %s', shell => {
  const script = completionOf(programOf(), shell)

  test('knows every command and option that help shows, and no other', () => {
    for (const word of ['run', 'box', 'show', 'move', 'json', 'config', 'to', 'name', 'colour'])
      expect(script).toMatch(new RegExp(`\\b${word}\\b`))
    expect(script).not.toContain('secret')
  })

  test.runIf(has(shell))('is read without an error', () => {
    const flag = shell === 'fish' ? '--no-execute' : '-n'
    expect(() => execFileSync(shell, [flag], { input: script })).not.toThrow()
  })
})

test('quotes in descriptions are text, and so are colons for zsh', () => {
  expect(completionOf(programOf(), 'zsh')).toContain(`'run:the service'"'"'s start'`)
  expect(completionOf(programOf(), 'zsh')).toContain(`'box:what is kept: all of it'`)
  expect(completionOf(programOf(), 'fish')).toContain(`-d 'the service'"'"'s start'`)
})

test('is made from the program itself', () => {
  const program = programOf()
  program.command('brand-new').description('of the next version')
  for (const shell of SHELLS) expect(completionOf(program, shell)).toContain('brand-new')
})
