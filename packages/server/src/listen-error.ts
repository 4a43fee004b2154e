/** The option of `ServerOptions` that says which port it was. */
export type PortOption = 'grpc.port' | 'http.port' | 'metrics.port';

/** What could not be opened. */
interface Listening {
  /** What the server wanted to do with the port, such as `serve metrics on`. */
  readonly doing: string;
  readonly host: string;
  readonly port: number;
}

/** A port could not be opened. The message is one sentence that says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(
    private readonly listening: Listening,
    private readonly reason: NodeJS.ErrnoException,
    /** Which port it was, where that is known. */
    readonly option?: PortOption,
  ) {
    super(messageOf(listening, reason, option));
  }

  /** The same, in the words of a caller that knows which of the ports it was. */
  of(option: PortOption): ListenError {
    return new ListenError(this.listening, this.reason, option);
  }

  /** The message for who set the port by another name, such as `--port`. */
  messageNaming(setting: string): string {
    return messageOf(this.listening, this.reason, setting);
  }
}

/** Opens a port of a server; an error that tells of it as one of the ports that a server has. */
export async function openPort(option: PortOption, start: () => Promise<void> | undefined): Promise<void> {
  try {
    await start();
  } catch (error) {
    throw error instanceof ListenError ? error.of(option) : error;
  }
}

function messageOf({ doing, host, port }: Listening, reason: NodeJS.ErrnoException, setting?: string): string {
  return `cannot ${doing} ${host}:${port}: ${explanationOf(reason, setting)}`;
}

function explanationOf(reason: NodeJS.ErrnoException, setting: string | undefined): string {
  const another = setting === undefined ? 'choose another' : `choose another with ${setting}`;
  switch (reason.code) {
    case 'EADDRINUSE':
      return `the port is in use; stop what uses it or ${another}, where 0 takes any free port`;
    case 'EACCES':
      return `not permitted; ${another} above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address';
    default:
      return reason.message;
  }
}
