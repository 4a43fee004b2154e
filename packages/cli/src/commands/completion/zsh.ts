import type { CommandSpec } from '../../command.js';
import { fileFlags, flagValues, places, type Candidate } from './words.js';

/** A script for zsh, which shows what each word means. */
export function zshScript(commands: readonly CommandSpec[]): string {
  const byPlace = places(commands).map(
    ({ path, commands: words, flags }) =>
      `    ${quoted(path)})\n      commands=(${described(words)})\n      flags=(${described(flags)}) ;;`,
  );
  const byFlag = [...flagValues(commands)].map(
    ([flag, values]) => `    ${flag}) compadd -- ${values.join(' ')}; return ;;`,
  );
  const groups = places(commands).map(({ path }) => quoted(path));
  return `#compdef perdure
# Completion of perdure for zsh. Load it with:  source <(perdure completion zsh)
_perdure() {
  local place="" word longer
  local -a commands flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    longer="\${place:+$place }$word"
    case "$longer" in
    ${groups.slice(1).join(' | ')}) place="$longer" ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
    ${fileFlags(commands).join(' | ')}) _files; return ;;
${byFlag.join('\n')}
  esac
  case "$place" in
${byPlace.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* || \${#commands} -eq 0 ]]; then _describe 'flag' flags
  else _describe 'command' commands; fi
}
if [[ "\${funcstack[1]}" == "_perdure" ]]; then _perdure "$@"; else compdef _perdure perdure; fi
`;
}

function described(candidates: readonly Candidate[]): string {
  return candidates.map(({ word, description }) => quoted(`${word}:${description.replaceAll(':', '\\:')}`)).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
