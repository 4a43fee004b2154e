import {
  callMethod,
  GrpcServiceError,
  GrpcStatus,
  InProcessTransport,
  type InProcessServer,
} from '@perdure/client/transport';
import { enums, services } from '@perdure/protocol';
import { UsageError } from '../../errors.js';

const TYPES = new Map<string, enums.IndexedValueType>(
  Object.entries(enums.IndexedValueType)
    .filter((entry): entry is [string, enums.IndexedValueType] => typeof entry[1] === 'number')
    .map(([name, type]) => [name.replace('INDEXED_VALUE_TYPE_', '').replaceAll('_', '').toLowerCase(), type]),
);

/** The number of a type such as `Keyword` or `KeywordList`. A UsageError for another word. */
export function searchAttributeType(name: string): enums.IndexedValueType {
  const type = TYPES.get(name.toLowerCase());
  if (type !== undefined && type !== enums.IndexedValueType.INDEXED_VALUE_TYPE_UNSPECIFIED) return type;
  throw new UsageError(
    `"${name}" is no type of search attribute: Text, Keyword, Int, Double, Bool, Datetime, KeywordList`,
  );
}

/** Declares search attributes in the namespaces; those that are there already stay. */
export async function declareSearchAttributes(
  server: InProcessServer,
  namespaces: readonly string[],
  pairs: readonly (readonly [string, string])[],
): Promise<void> {
  const types = pairs.map(([name, type]) => [name, searchAttributeType(type)] as const);
  const transport = new InProcessTransport(server);
  for (const namespace of namespaces) {
    for (const [name, type] of types) {
      const request = { namespace, searchAttributes: { [name]: type } };
      await callMethod(transport, services.OperatorService.methods.AddSearchAttributes, request).catch(
        (error: unknown) => {
          if (!(error instanceof GrpcServiceError && error.code === GrpcStatus.ALREADY_EXISTS)) throw error;
        },
      );
    }
  }
}
