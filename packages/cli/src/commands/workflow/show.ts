import type { CommandSpec } from '../../command.js';
import { InterruptedError } from '../../errors.js';
import { textAt, type JsonObject } from '../../json.js';
import type { Column, Output } from '../../output/output.js';
import { EXECUTION_FLAGS, executionOf } from './execution.js';
import { attributesOf, historyPages } from './history.js';
import { eventLine, eventName, eventTime } from './names.js';

const COLUMNS: readonly Column[] = [
  { name: 'ID', path: 'eventId' },
  { name: 'Time', path: 'time' },
  { name: 'Type', path: 'kind' },
];
const DETAILS: Column = { name: 'Details', path: 'details' };

/** `perdure workflow show`. */
export const workflowShow: CommandSpec = {
  path: 'workflow show',
  summary: 'Show the event history; with -o json, in the form that replayers read',
  example: 'perdure workflow show -w 123 --follow',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '-f, --follow', description: 'go on until the execution closes' },
    { flags: '--detailed', description: 'show what each event says' },
    { flags: '--limit <count>', description: 'at most so many events' },
  ],
  run: async ({ flags, output, session, interruption }) => {
    const opened = await session();
    const isFollowing = flags.isSet('follow');
    const limit = flags.count('limit') || Infinity;
    const signal = isFollowing ? interruption() : undefined;
    const events: JsonObject[] = [];
    const isLive = output.format === 'jsonl' || (isFollowing && output.isForPeople);
    try {
      for await (const page of historyPages(opened, executionOf(flags), {
        isFollowing,
        ...(signal === undefined ? {} : { signal }),
      })) {
        const arrived = page.slice(0, limit - events.length);
        if (isLive) await showLive(output, arrived, events.length === 0, flags.isSet('detailed'));
        events.push(...arrived);
        if (events.length >= limit) break;
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      // What was followed so far is whole JSON all the same.
      if (!isLive) await output.message({ events });
      throw new InterruptedError();
    }
    if (output.format === 'json') return output.message({ events });
    if (isLive) return;
    await output.list(
      events.map((event) => withWords(event, output, flags.text('time-format') !== undefined)),
      flags.isSet('detailed') ? [...COLUMNS, DETAILS] : COLUMNS,
      [DETAILS],
    );
  },
};

async function showLive(
  output: Output,
  events: readonly JsonObject[],
  isFirst: boolean,
  isDetailed: boolean,
): Promise<void> {
  if (!output.isForPeople) return output.list(events, COLUMNS);
  if (isFirst) output.text(`  ${COLUMNS[0]?.name.padStart(4)}  ${COLUMNS[1]?.name.padEnd(20)}  ${COLUMNS[2]?.name}\n`);
  for (const event of events) {
    output.text(eventLine(event));
    if (isDetailed) output.text(`        ${JSON.stringify(attributesOf(event))}\n`);
  }
}

function withWords(event: JsonObject, output: Output, isTimeAsked: boolean): JsonObject {
  // Of a history "3 minutes ago" in every line says little.
  const time = isTimeAsked ? output.time(textAt(event, 'eventTime')) : eventTime(event);
  return { ...event, time, kind: eventName(event), details: JSON.stringify(attributesOf(event)) };
}
