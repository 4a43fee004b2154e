import {
  callMethod,
  GrpcServiceError,
  GrpcStatus,
  InProcessTransport,
  type InProcessServer,
} from '@perdure/client/transport';
import { enums, services } from '@perdure/protocol';

const TYPES: Readonly<Record<string, enums.IndexedValueType>> = enums.IndexedValueType;

/** Declares search attributes, each with the name of its type in the API; those that are there already stay. */
export async function declareSearchAttributes(
  server: InProcessServer,
  namespaces: readonly string[],
  attributes: readonly (readonly [name: string, type: string])[],
): Promise<void> {
  if (attributes.length === 0) return;
  const transport = new InProcessTransport(server);
  for (const namespace of namespaces) {
    for (const [name, type] of attributes) {
      const request = { namespace, searchAttributes: { [name]: TYPES[type] ?? 0 } };
      await callMethod(transport, services.OperatorService.methods.AddSearchAttributes, request).catch(
        (error: unknown) => {
          if (!(error instanceof GrpcServiceError && error.code === GrpcStatus.ALREADY_EXISTS)) throw error;
        },
      );
    }
  }
}
