/** The YAML parser's error codes in words that say what to do. Its own messages quote the file, secrets included. */

import type { ErrorCode } from 'yaml'

export const YAML_ERRORS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) takes no anchor or tag; remove what stands before it',
  BAD_ALIAS: 'an alias (*name) must have a name that is known; text that begins with * goes in quotes',
  BAD_DIRECTIVE: 'is not a directive of YAML 1.2; text that begins with % goes in quotes',
  BAD_DQ_ESCAPE:
    'has a backslash sequence that YAML does not know; write \\\\ for a backslash, or use single quotes',
  BAD_INDENT:
    'is indented wrongly (keys of one section begin in the same column), or a closing bracket is missing',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place; it goes in front of the value',
  BAD_SCALAR_START: 'begins with a character that YAML reserves; put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a second key on one line; put it on its own line, or the value in quotes',
  BLOCK_IN_FLOW: 'has an indented block inside [ ] or { }; write it all in one style',
  DUPLICATE_KEY: 'occurs twice in its section; keep one',
  IMPOSSIBLE: 'is not YAML; check indentation, quotes and brackets here',
  KEY_OVER_1024_CHARS: 'is a key of over 1024 characters; check for a missing quote or colon',
  MISSING_CHAR:
    'a character is missing here: a closing quote or bracket, a comma, or the blank after a colon',
  MULTILINE_IMPLICIT_KEY:
    'a key goes over several lines; check for a missing colon or a missing closing quote',
  MULTIPLE_ANCHORS: 'has two anchors; keep one',
  MULTIPLE_DOCS: 'a second document begins here; the file must hold one, without another --- line',
  MULTIPLE_TAGS: 'has two tags; keep one',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'a tab is used for indentation; YAML takes blanks only',
  TAG_RESOLVE_FAILED: 'has a tag that does not fit here; text that begins with ! goes in quotes',
  UNEXPECTED_TOKEN: 'is not YAML; check indentation, quotes and brackets here',
  BAD_COLLECTION_TYPE: 'has a tag that does not fit a list or section; remove it',
}
