/** HEC itself: a whole decoded request in, a reply out, events stored on the way. */

import type { AckChannels } from './acks.ts'
import { ANSWERS, type HecCode, hecReply, jsonReply, type Reply } from './answers.ts'
import type { Envelope } from './envelope.ts'
import type { SeenRequest } from './faults.ts'
import type { Indexing } from './indexing.ts'
import { countEvents, firstOf, type Intake, takeEvents, takeLines } from './intake.ts'
import type { Load } from './load.ts'
import type { Route } from './routes.ts'
import { isObject } from './split.ts'
import { type Authorization, authorize, type HecToken, type Tokens } from './tokens.ts'

/** Where and for whom an event was stored. */
export interface StoredFor {
  /** The event's own, else the query's, else the token's default. */
  readonly index: string
  readonly token: string
  readonly channel?: string
}

export interface HecState {
  readonly tokens: Tokens
  readonly acks: AckChannels
  readonly indexing: Indexing
  readonly load: () => Load
  readonly strict: boolean
  readonly maxEventBytes: number
  readonly isPoison: (envelope: Envelope) => boolean
  readonly missingChannel: HecCode
  readonly storeEvent: (envelope: Envelope, storedFor: StoredFor) => void
  /** All that was taken of a body has been stored. */
  readonly storeBody: (body: Buffer, events: number) => void
}

type Handler = (hec: HecState, request: SeenRequest) => Reply

const HANDLERS: Readonly<Record<Route, Handler>> = { event, raw, ack, health }

export function handle(hec: HecState, request: SeenRequest): Reply {
  const { everything } = hec.load().profile
  if (everything !== undefined) return hecReply(everything)
  return request.route === undefined ? hecReply(404) : HANDLERS[request.route](hec, request)
}

function event(hec: HecState, request: SeenRequest): Reply {
  return takeData(hec, request, token =>
    hec.strict
      ? takeEvents(request.body, {
          maxEventBytes: hec.maxEventBytes,
          isPoison: hec.isPoison,
          allowsIndex: index => allows(token, index ?? request.query.get('index') ?? undefined),
        })
      : countEvents(request.body),
  )
}

function raw(hec: HecState, request: SeenRequest): Reply {
  return takeData(hec, request, token =>
    allows(token, request.query.get('index') ?? undefined)
      ? takeLines(request.body)
      : { envelopes: [], events: 0, code: 7 },
  )
}

function takeData(hec: HecState, request: SeenRequest, take: (token: HecToken) => Intake): Reply {
  const access = enter(hec, request)
  if (access.kind === 'refused') return hecReply(access.code)
  const { profile, takenEvents } = hec.load()
  const full = ANSWERS[profile.data].status !== 200
  if (full && takenEvents === undefined) return hecReply(profile.data)
  const all = take(access.token)
  const intake = full ? firstOf(all, takenEvents ?? 0) : all
  const ackId = keep(hec, request, { token: access.token, intake })
  if (full) return hecReply(profile.data, { invalidEventNumber: takenEvents, ackId })
  if (intake.code === 0) return hecReply(profile.data, { ackId })
  return hecReply(intake.code, { invalidEventNumber: intake.invalidEventNumber, ackId })
}

interface Keepable {
  readonly token: HecToken
  readonly intake: Intake
}

/** Stores what was taken, now or when it is indexed. Answers with its ack id where the token has them. */
function keep(hec: HecState, request: SeenRequest, taken: Keepable): number | undefined {
  const { token, intake } = taken
  const write = () => store(hec, request, taken)
  const isIndexed = hec.indexing.take({ events: intake.events, write })
  return token.useAck && intake.events > 0 ? hec.acks.issue(channelOf(request) ?? '', isIndexed) : undefined
}

function store(hec: HecState, request: SeenRequest, { token, intake }: Keepable): void {
  const channel = channelOf(request)
  for (const envelope of intake.envelopes)
    hec.storeEvent(envelope, {
      index: envelope.index ?? request.query.get('index') ?? defaultIndex(token),
      token: token.token,
      ...(channel !== undefined && { channel }),
    })
  hec.storeBody(request.body, intake.events)
}

function ack(hec: HecState, request: SeenRequest): Reply {
  const access = enter(hec, request)
  if (access.kind === 'refused') return hecReply(access.code)
  if (!access.token.useAck) return hecReply(14)
  const ids = ackIdsOf(request.body)
  return ids ? jsonReply({ acks: hec.acks.poll(channelOf(request) ?? '', ids) }) : hecReply(6)
}

function ackIdsOf(body: Buffer): number[] | undefined {
  try {
    const asked: unknown = JSON.parse(body.toString())
    const ids = isObject(asked) && Array.isArray(asked.acks) ? asked.acks : [undefined]
    return ids.every(id => Number.isSafeInteger(id)) ? ids : undefined
  } catch {
    return undefined
  }
}

/** Asks for no token; one that is given is looked at all the same. */
function health(hec: HecState, request: SeenRequest): Reply {
  const access = authorize(hec.tokens, credentialsOf(request))
  if (access.kind === 'refused' && access.code === 4) return hecReply(21)
  if (access.kind === 'refused' && access.code === 1) return hecReply(22)
  const { health: plain, healthWithAck = plain } = hec.load().profile
  return hecReply(request.query.has('ack') ? healthWithAck : plain)
}

/** Token, then channel: a token with acknowledgement needs one, the others ignore it. */
function enter(hec: HecState, request: SeenRequest): Authorization {
  const access = authorize(hec.tokens, credentialsOf(request))
  if (access.kind === 'refused' || !access.token.useAck) return access
  const channel = channelOf(request)
  if (channel === undefined) return { kind: 'refused', code: hec.missingChannel }
  return GUID.test(channel) ? access : { kind: 'refused', code: 11 }
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function channelOf({ headers, query }: SeenRequest): string | undefined {
  const header = headers['x-splunk-request-channel']
  return (typeof header === 'string' ? header : query.get('channel'))?.toLowerCase()
}

function credentialsOf({ headers, query }: SeenRequest) {
  const header = headers.authorization
  return { header: typeof header === 'string' ? header : undefined, query: query.get('token') }
}

function allows(token: HecToken, index: string | undefined): boolean {
  const { indexes = [] } = token
  return index === undefined || indexes.length === 0 || indexes.includes(index)
}

function defaultIndex(token: HecToken): string {
  return token.defaultIndex ?? 'main'
}
