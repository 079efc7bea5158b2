/** Management calls for one project: Alibaba Cloud's own SDK over our transport, with failures as values. */

import { isAbort, messageOf } from '../base/failure.ts'
import { BAD_RESPONSE, failureOf, type SlsFailure, type SlsResult } from './errors.ts'
import { FailedCall, loadSdk, type ProjectSdk } from './sdk.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export interface Management {
  /**
   * Runs calls of the SDK. The first one that fails ends them all, and so does an answer that the SDK cannot read. Rejects
   * with the signal's reason.
   */
  run<T>(calls: (sdk: ProjectSdk) => Promise<T>, signal: AbortSignal): Promise<SlsResult<T>>
  close(): void
}

export async function createManagement(options: TransportOptions): Promise<Management> {
  const { project } = options
  const sdkOf = await loadSdk()
  const transport = createTransport(options)
  return {
    close: transport.close,
    async run(calls, signal) {
      let asked = ''
      const sdk = sdkOf(async (call, read) => {
        asked = `${call.method} ${call.path}`
        return valueOrThrow(await transport.call(call, read, signal))
      })
      try {
        return { kind: 'ok', value: await calls({ ...sdk, project }) }
      } catch (error) {
        return { kind: 'failed', failure: failureIn(error, asked, signal) }
      }
    },
  }
}

function valueOrThrow<T>(result: SlsResult<T>): T {
  if (result.kind === 'failed') throw new FailedCall(result.failure)
  return result.value
}

/** Returns the failure behind an exception; throws when the signal was aborted. */
function failureIn(error: unknown, asked: string, signal: AbortSignal): SlsFailure {
  if (error instanceof FailedCall) return error.failure
  if (isAbort(error, signal)) throw error
  const message = `the official SDK cannot read what ${asked} answers: ${messageOf(error)}`
  return failureOf(BAD_RESPONSE, 200, message)
}
