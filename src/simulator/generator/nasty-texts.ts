/** Texts and bytes that an encoder may get wrong, by name. */

import type { Bytes } from '../wire.ts'

export function nastyTexts(): Record<string, Bytes> {
  return { ...TEXTS, ...invalidUtf8(), ...large() }
}

const TEXTS: Readonly<Record<string, Bytes>> = {
  empty: '',
  'a space': ' ',
  quotes: '"\'`“”',
  'a quote at the end': 'text"',
  backslashes: '\\ \\\\ \\" \\n \\u0000 C:\\new\\table',
  'a backslash at the end': 'text\\',
  'the control characters': String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code)),
  NUL: 'before\0after',
  'DEL and the C1 controls': '\x7f\x80\x85\x9f',
  newlines: 'one\ntwo\r\nthree\rfour\tfive',
  'line and paragraph separators': 'a\u2028b\u2029c',
  Chinese: '审计日志：用户“张伟”删除了实例，结果：成功。',
  'characters of four bytes': '😀𠜎𝄞👩‍👩‍👧‍👦',
  'the highest code points': '\u{10ffff}\uffff\ufffe\ufdd0',
  'a replacement character of its own': '\ufffd',
  'a byte order mark': '\ufefftext\ufeff',
  'combining and right-to-left marks': 'e\u0301\u202eabc\u200b\u2066',
  'JSON in a text': '{"a":[1,2.50,{"b":null}],"c":"\\"quoted\\""}',
  'broken JSON in a text': '{"a":[1,2',
  'JSON with a key twice': '{"a":1,"a":2}',
  'a number': '12345678901234567890',
  'a number with an exponent': '1e400',
  'a negative zero': '-0',
  'words of JSON': 'true',
  null: 'null',
  'the end of an envelope': '"}}{"event":"injected"}',
  HTML: '</script><!-- & < > -->',
  'a template': '{field.a} {{topic}} $HOME %s $$',
}

function invalidUtf8(): Record<string, Bytes> {
  const sequences: Record<string, readonly number[]> = {
    'a lone continuation byte': [0x80],
    'many continuation bytes': [0xbf, 0xbf, 0xbf, 0xbf],
    'an overlong slash of two bytes': [0xc0, 0xaf],
    'an overlong NUL of three bytes': [0xe0, 0x80, 0x80],
    'an overlong form of four bytes': [0xf0, 0x80, 0x80, 0xaf],
    'a high surrogate': [0xed, 0xa0, 0x80],
    'a surrogate pair': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
    'a code point beyond the last': [0xf4, 0x90, 0x80, 0x80],
    'a form of five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
    'bytes that never occur': [0xfe, 0xff],
    'a sequence of two cut short': [0xc3],
    'a sequence of three cut short': [0xe4, 0xb8],
    'a sequence of four cut short': [0xf0, 0x9f, 0x98],
    'GBK text': [0xc9, 0xf3, 0xbc, 0xc6],
  }
  const around = ([name, bytes]: [string, readonly number[]]) => [
    [`${name}, between letters`, Buffer.concat([Buffer.from('a'), Buffer.from(bytes), Buffer.from('z')])],
    [`${name}, before a quote`, Buffer.concat([Buffer.from(bytes), Buffer.from('"')])],
    [`${name}, at the end`, Buffer.concat([Buffer.from('中'), Buffer.from(bytes)])],
  ]
  return Object.fromEntries(Object.entries(sequences).flatMap(around))
}

const MEBIBYTE = 2 ** 20

function large(): Record<string, Bytes> {
  return {
    '1 MiB of letters': 'x'.repeat(MEBIBYTE),
    '1 MiB of quotes': '"'.repeat(MEBIBYTE),
    '1 MiB of controls': '\x01'.repeat(MEBIBYTE),
    '1 MiB of Chinese': '审'.repeat(MEBIBYTE / 3),
    '1 MiB of bytes that are not UTF-8': Buffer.alloc(MEBIBYTE, 0xff),
  }
}
