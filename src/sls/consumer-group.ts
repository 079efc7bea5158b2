/** The consumer group of a source: made where there is none, brought to the source's settings where there is one. */

import { groupTimeoutSeconds } from '../config/group-timeout.ts'
import type { SourceConfig } from '../config/types.ts'
import { type ListedGroup, listGroups } from './listings.ts'
import { type ProjectSdk, unlessRefused } from './sdk.ts'

/** Returns what was changed, a sentence each. */
export async function ensureGroup(sdk: ProjectSdk, source: SourceConfig): Promise<string[]> {
  const group = await findGroup(sdk, source)
  if (group) return adjustGroup(sdk, source, group)
  if (await createGroup(sdk, source)) return [madeText(source)]
  // Two services that start together both find no group; the second one to create it has got what it wants.
  return adjustGroup(sdk, source, await findGroup(sdk, source))
}

async function findGroup(sdk: ProjectSdk, { logstore, consumerGroup }: SourceConfig) {
  const groups = await listGroups(sdk, logstore)
  return groups.find(({ name }) => name === consumerGroup)
}

/** Returns false when the group is there already. */
function createGroup({ client, models, project }: ProjectSdk, source: SourceConfig): Promise<boolean> {
  const { logstore, consumerGroup } = source
  const request = new models.CreateConsumerGroupRequest({ consumerGroup, ...settingsOf(source) })
  return unlessRefused('ConsumerGroupAlreadyExist', () =>
    client.createConsumerGroup(project, logstore, request),
  )
}

async function adjustGroup(
  { client, models, project }: ProjectSdk,
  source: SourceConfig,
  group: ListedGroup | undefined,
): Promise<string[]> {
  const { logstore, consumerGroup } = source
  const settings = settingsOf(source)
  if (group?.timeoutSeconds === settings.timeout && group.inOrder === settings.order) return []
  const request = new models.UpdateConsumerGroupRequest(settings)
  await client.updateConsumerGroup(project, logstore, consumerGroup, request)
  return [adjustedText(source, group)]
}

/** `timeout` in seconds. */
function settingsOf({ heartbeatIntervalMs, inOrder: order }: SourceConfig) {
  return { timeout: groupTimeoutSeconds(heartbeatIntervalMs), order }
}

function madeText(source: SourceConfig): string {
  const { timeout, order } = settingsOf(source)
  return `consumer group ${source.consumerGroup} made, timeout ${timeout} s, in order: ${order}`
}

function adjustedText(source: SourceConfig, before: ListedGroup | undefined): string {
  const { timeout, order } = settingsOf(source)
  return `consumer group ${source.consumerGroup} adjusted: timeout ${before?.timeoutSeconds} s to ${timeout} s, in order: ${before?.inOrder} to ${order}`
}
