import { namesOf, type CommandSpec } from '../../command.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from '../../global-flags.js';
import { places } from './words.js';

/** A script for fish. */
export function fishScript(commands: readonly CommandSpec[]): string {
  const all = places(commands);
  const groups = all.map(({ path }) => quoted(path)).slice(1);
  const commandLines = all.flatMap(({ path, commands: words }) =>
    words.map(
      ({ word, description }) =>
        `complete -c perdure -f -n ${quoted(`__perdure_at ${quoted(path)}`)} -a ${word} -d ${quoted(description)}`,
    ),
  );
  const flagLines = commands.flatMap((spec) => {
    const flags = [...spec.flags, ...DISPLAY_FLAGS, ...(spec.isLocal === true ? [] : CONNECTION_FLAGS)];
    return flags
      .filter(({ isHidden }) => isHidden !== true)
      .map((flag) => {
        const { long, short, value } = namesOf(flag);
        const where = `-n ${quoted(`__perdure_at ${quoted(spec.path)}`)}`;
        const names = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
        const argument = value === undefined ? '' : value === '<path>' ? ' -r -F' : ' -x';
        const values = flag.values === undefined ? '' : ` -a ${quoted(flag.values.join(' '))}`;
        return `complete -c perdure ${where} ${names}${argument}${values} -d ${quoted(flag.description)}`;
      });
  });
  return `# Completion of perdure for fish. Load it with:  perdure completion fish | source
function __perdure_at
  set -l place ""
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim "$place $word")
    if contains -- "$longer" ${groups.join(' ')}
      set place "$longer"
    end
  end
  test "$place" = "$argv[1]"
end
${[...commandLines, ...flagLines].join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", `\\'`)}'`;
}
