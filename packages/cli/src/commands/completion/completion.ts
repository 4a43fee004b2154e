import type { CommandSpec } from '../../command.js';

const SHELLS = {
  bash: { example: 'source <(perdure completion bash)', file: '~/.bashrc' },
  zsh: { example: 'source <(perdure completion zsh)', file: '~/.zshrc, after compinit' },
  fish: { example: 'perdure completion fish | source', file: '~/.config/fish/config.fish' },
} as const;

/** `perdure completion bash`, `zsh` and `fish`, for the commands that are handed in. */
export function completionCommands(commands: () => readonly CommandSpec[]): readonly CommandSpec[] {
  return (Object.keys(SHELLS) as (keyof typeof SHELLS)[]).map((shell) => ({
    path: `completion ${shell}`,
    summary: `Print a script that completes commands and flags in ${shell}`,
    details: `To have it in every shell, put the line of the example into ${SHELLS[shell].file}.`,
    example: SHELLS[shell].example,
    isLocal: true,
    flags: [],
    run: async ({ output }) => {
      const script = await scriptFor(shell, commands());
      if (output.isForPeople) output.text(script);
      else await output.message({ script });
    },
  }));
}

async function scriptFor(shell: keyof typeof SHELLS, commands: readonly CommandSpec[]): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('./bash.js')).bashScript(commands);
    case 'zsh':
      return (await import('./zsh.js')).zshScript(commands);
    case 'fish':
      return (await import('./fish.js')).fishScript(commands);
  }
}
