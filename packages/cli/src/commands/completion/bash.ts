import type { CommandSpec } from '../../command.js';
import { fileFlags, flagValues, places } from './words.js';

/** A script for bash: everything it needs to know is in it, so that a completion starts no process. */
export function bashScript(commands: readonly CommandSpec[]): string {
  const words = (candidates: readonly { readonly word: string }[]): string =>
    candidates.map(({ word }) => word).join(' ');
  const byPlace = places(commands).map(
    (place) => `    "${place.path}") commands="${words(place.commands)}" flags="${words(place.flags)}" ;;`,
  );
  const byFlag = [...flagValues(commands)].map(([flag, values]) => `    ${flag}) values="${values.join(' ')}" ;;`);
  const groups = places(commands).map(({ path }) => `"${path}"`);
  return `# Completion of perdure for bash. Load it with:  source <(perdure completion bash)
_perdure() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word commands="" flags="" values="" index longer
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    longer="\${path:+$path }$word"
    case "$longer" in
    ${groups.slice(1).join(' | ')}) path="$longer" ;;
    esac
  done
  case "$previous" in
    ${fileFlags(commands).join(' | ')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
${byFlag.join('\n')}
  esac
  if [[ -n "$values" ]]; then COMPREPLY=($(compgen -W "$values" -- "$current")); return; fi
  case "$path" in
${byPlace.join('\n')}
  esac
  if [[ "$current" == -* || -z "$commands" ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else COMPREPLY=($(compgen -W "$commands" -- "$current")); fi
}
complete -o default -F _perdure perdure
`;
}
