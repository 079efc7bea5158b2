/** All that check tries: a section for each far end and each source, side by side. */

import type { Config, EventMetadata, SourceConfig, Template } from '../../config/types.ts'
import { createGotClient } from '../../http/got-client.ts'
import { createSlsQuestions } from '../../sls/questions.ts'
import { projectRow } from './log-service.ts'
import { type SourceParts, sourceRow } from './source.ts'
import { splunkRow } from './splunk.ts'
import { type Report, runSteps } from './step.ts'

export interface Sections {
  /** Sections in the order in which they are shown. Each has begun. */
  readonly sections: readonly Promise<readonly Report[]>[]
  /** Resolves when all of them have ended, and their connections are closed. */
  readonly ended: Promise<void>
}

export async function startSections({ sls, splunk, sources }: Config): Promise<Sections> {
  const byProject = Object.values(Object.groupBy(sources, ({ project }) => project))
  const projects = await Promise.all(byProject.map((ofProject = []) => connect(sls, ofProject)))
  const indexes = indexesOf(splunk.metadata, sources)
  const sections = [
    ...projects.flatMap(tryProject),
    ...splunk.urls.map(url => runSteps(splunkRow({ splunk, url, indexes }))),
  ]
  return { sections, ended: Promise.allSettled(sections).then(() => projects.forEach(close)) }
}

/** A project, its sources, and the connection for questions about both. */
interface Project extends Omit<SourceParts, 'source'> {
  readonly sources: readonly SourceConfig[]
  readonly wasTimeRefused: () => boolean
}

async function connect(sls: Config['sls'], sources: readonly SourceConfig[]): Promise<Project> {
  let wasTimeRefused = false
  const questions = await createSlsQuestions({
    sls,
    project: sources[0]?.project ?? '',
    createHttp: createGotClient,
    maxSockets: 8,
    onCall({ code }) {
      wasTimeRefused ||= code.startsWith('RequestTime')
    },
  })
  return { sls, sources, questions, wasTimeRefused: () => wasTimeRefused }
}

const close = ({ questions }: Project) => questions.close()

/** Returns the reports of the project, then those of its sources, which wait for it. */
function tryProject({ sls, sources, questions, wasTimeRefused }: Project): Promise<readonly Report[]>[] {
  const [first] = sources
  if (first === undefined) return []
  const { project, logstore } = first
  const tried = runSteps(projectRow({ sls, questions, project, logstore, wasTimeRefused }))
  const ofSources = sources.map(async source => {
    const blocked = blockedBy(await tried, project)
    return runSteps(sourceRow({ sls, source, questions, ...(blocked !== undefined && { blocked }) }))
  })
  return [tried, ...ofSources]
}

/** Returns why the sources cannot be tried. A clock that is off is no cause: Log Service's time is used to sign. */
function blockedBy(reports: readonly Report[], project: string): string | undefined {
  const failed = reports.filter(({ step }) => step !== 'clock').find(({ state }) => state === 'failed')
  return failed && `not tried: ${failed.step} failed for project ${project}`
}

/** Returns the indexes of the defaults and of all routes as they are written, each once. */
function indexesOf(defaults: EventMetadata, sources: readonly SourceConfig[]): string[] {
  const actions = sources.flatMap(({ routes }) => routes.map(({ action }) => action))
  const metadata = [defaults, ...actions.flatMap(action => (action.kind === 'send' ? [action.metadata] : []))]
  return [...new Set(metadata.flatMap(({ index }) => (index ? [written(index)] : [])))]
}

const written = (template: Template) =>
  template
    .map(part => (part.kind === 'text' ? part.text : `{${part.kind === 'tag' ? 'tag.' : ''}${part.name}}`))
    .join('')
