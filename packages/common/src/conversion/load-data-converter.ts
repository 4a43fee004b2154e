import type { DataConverter, FailureConverter, LoadedDataConverter, PayloadConverter } from '../converter/index.js';
import { defaultFailureConverter, defaultPayloadConverter } from '../converter/index.js';
import { ValueError } from '../errors.js';
import { errorCode, isRecord } from '../type-helpers.js';

/** Loads a module by its absolute path, at once. */
export type ModuleLoader = (path: string) => unknown;

/**
 * The data converter with its modules loaded; defaults for what is left out. Throws a {@link ValueError} that names the path
 * for a missing module, a missing export, or an export that is no converter.
 *
 * Modules are loaded by `require`, which takes CommonJS and, on every Node we support, ESM without top-level await. Where
 * there is no Node, `loadModule` must be given for paths to work.
 */
export function loadDataConverter(dataConverter?: DataConverter, loadModule?: ModuleLoader): LoadedDataConverter {
  const { payloadConverterPath, failureConverterPath, payloadCodecs, externalStorage } = dataConverter ?? {};
  return {
    payloadConverter: payloadConverterPath
      ? loadExport<PayloadConverter>(PAYLOAD_CONVERTER, payloadConverterPath, loadModule)
      : defaultPayloadConverter,
    failureConverter: failureConverterPath
      ? loadExport<FailureConverter>(FAILURE_CONVERTER, failureConverterPath, loadModule)
      : defaultFailureConverter,
    payloadCodecs: payloadCodecs ?? [],
    externalStorage,
  };
}

/** Whether the modules of the data converter are loaded. */
export function isLoadedDataConverter(
  dataConverter?: DataConverter | LoadedDataConverter,
): dataConverter is LoadedDataConverter {
  return isRecord(dataConverter) && 'payloadConverter' in dataConverter;
}

/** What a module must export, and which methods it must have. */
interface ExpectedExport {
  readonly name: string;
  readonly methods: readonly [string, string];
}

const PAYLOAD_CONVERTER: ExpectedExport = { name: 'payloadConverter', methods: ['toPayload', 'fromPayload'] };
const FAILURE_CONVERTER: ExpectedExport = { name: 'failureConverter', methods: ['errorToFailure', 'failureToError'] };

function loadExport<T>({ name, methods }: ExpectedExport, path: string, loadModule?: ModuleLoader): T {
  const loaded = load(`${name}Path`, path, loadModule ?? requireFromNode());
  const exported = isRecord(loaded) ? loaded[name] : undefined;
  if (exported === undefined) throw new ValueError(`Module ${path} does not have a \`${name}\` named export`);
  if (!isRecord(exported) || methods.some((method) => typeof exported[method] !== 'function')) {
    throw new ValueError(`${name} export at ${path} must be an object with ${methods.join(' and ')} methods`);
  }
  return exported as T;
}

function load(option: string, path: string, loadModule: ModuleLoader): unknown {
  try {
    return loadModule(path);
  } catch (error) {
    // A module that exists but imports one that does not fails with the same code; that one must keep its own error.
    if (errorCode(error) === 'MODULE_NOT_FOUND' && String((error as Error).message).includes(`'${path}'`)) {
      throw new ValueError(`Could not find a file at the specified ${option}: '${path}'.`, error);
    }
    throw error;
  }
}

/** What Node's `process` has for code that must not import Node. */
interface NodeProcess {
  cwd(): string;
  getBuiltinModule?(id: 'node:module'): { createRequire(from: string): ModuleLoader };
}

function requireFromNode(): ModuleLoader {
  const { process } = globalThis as { readonly process?: NodeProcess };
  const moduleApi = process?.getBuiltinModule?.('node:module');
  if (process === undefined || moduleApi === undefined) {
    throw new ValueError('Converter paths need a module loader here: pass one as the second argument');
  }
  return moduleApi.createRequire(`${process.cwd()}/`);
}
