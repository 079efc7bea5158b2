/** Everything there is to try, a section for each far end and source; they are tried side by side. */

import type { Config, EventMetadata, SlsConfig, SourceConfig, Template } from '../../config/types.ts'
import { createGotClient } from '../../http/got-client.ts'
import { createSlsQuestions } from '../../sls/questions.ts'
import { projectRow } from './log-service.ts'
import { sourceRow } from './source.ts'
import { splunkRow } from './splunk.ts'
import { type Report, runSteps } from './step.ts'

/** In the order in which they are to be shown. */
export function sectionsOf({ sls, splunk, sources }: Config): Promise<Report[]>[] {
  const byProject = Object.values(Object.groupBy(sources, ({ project }) => project))
  const indexes = indexesOf([
    splunk.metadata,
    ...sources.flatMap(({ routes }) =>
      routes.flatMap(({ action }) => (action.kind === 'send' ? [action.metadata] : [])),
    ),
  ])
  return [
    ...byProject.flatMap((ofProject = []) => projectSections(sls, ofProject)),
    ...splunk.urls.map(url => runSteps(splunkRow({ splunk, url, indexes }))),
  ]
}

/** The project, then its sources, which wait for it. */
function projectSections(sls: SlsConfig, sources: readonly SourceConfig[]): Promise<Report[]>[] {
  const [first] = sources
  if (first === undefined) return []
  const { project } = first
  let wasTimeRefused = false
  const asking = createSlsQuestions({
    sls,
    project,
    createHttp: createGotClient,
    maxSockets: 8,
    onCall({ code }) {
      wasTimeRefused ||= code.startsWith('RequestTime')
    },
  })
  const tried = asking.then(questions =>
    runSteps(
      projectRow({ sls, questions, project, logstore: first.logstore, wasTimeRefused: () => wasTimeRefused }),
    ),
  )
  const ofSources = sources.map(async source => {
    const blocked = blockedBy(await tried, project)
    return runSteps(
      sourceRow({ sls, source, questions: await asking, ...(blocked !== undefined && { blocked }) }),
    )
  })
  // Sockets end with the process; closed here so that one who calls it twice does not gather them.
  void Promise.allSettled([tried, ...ofSources]).then(async () => (await asking).close())
  return [tried, ...ofSources]
}

/** A clock that is off is mended by signing with Log Service's time: the sources can be tried all the same. */
function blockedBy(reports: readonly Report[], project: string): string | undefined {
  const failed = reports.filter(({ step }) => step !== 'clock').find(({ state }) => state === 'failed')
  return failed && `not tried: ${failed.step} failed for project ${project}`
}

/** As they are written, each once. */
function indexesOf(metadata: readonly EventMetadata[]): string[] {
  return [...new Set(metadata.flatMap(({ index }) => (index ? [written(index)] : [])))]
}

const written = (template: Template) =>
  template
    .map(part => (part.kind === 'text' ? part.text : `{${part.kind === 'tag' ? 'tag.' : ''}${part.name}}`))
    .join('')
