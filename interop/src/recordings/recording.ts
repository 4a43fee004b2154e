import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A message of protobuf as JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** What workflow code was told, and what it asked for. */
export interface RecordedActivation {
  readonly activation: Json;
  /** `coresdk.workflow_completion.WorkflowActivationCompletion`. */
  readonly completion: Json;
}

/** One run as the official SDK saw it: while it was lived through, and replayed from its history. */
export interface Recording {
  readonly runId: string;
  readonly workflowId: string;
  /** Which workflow code replayed it: that of its time, or what became of it. */
  readonly code: 'same' | 'changed';
  readonly events: readonly Json[];
  readonly live: readonly RecordedActivation[];
  readonly replay: readonly RecordedActivation[];
}

const folder = new URL('../../recordings/', import.meta.url);

/** The names of all recordings. */
export function recordingNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Reads a recording. */
export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Recording;
}

/** Writes a recording: one line for each event, and for each activation with its completion. */
export function writeRecording(name: string, { events, live, replay, ...rest }: Recording): void {
  const head = Object.entries(rest).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const lists = Object.entries({ events, live, replay }).map(
    ([key, items]) => `"${key}": [\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]`,
  );
  writeFileSync(new URL(`${name}.json`, folder), `{\n${[...head, ...lists].join(',\n')}\n}\n`);
}
