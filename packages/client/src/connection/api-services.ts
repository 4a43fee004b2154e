import { services, type MethodDescription, type ServiceDescription } from '@perdure/protocol';
import type { RequestOf, ResponseOf } from '../transport/index.js';

/** The methods of a service under their names with a small first letter, each with one request and one answer. */
export type ApiService<Service extends ServiceDescription> = {
  readonly [Name in keyof Service['methods'] & string as Uncapitalize<Name>]: (
    request: RequestOf<Service['methods'][Name]>,
  ) => Promise<ResponseOf<Service['methods'][Name]>>;
};

/** The descriptions that `WorkflowService` and the types beside it are made of. */
export const WorkflowService: typeof services.WorkflowService = services.WorkflowService;
/** The methods of `temporal.api.workflowservice.v1.WorkflowService`. */
export type WorkflowService = ApiService<typeof services.WorkflowService>;

/** Description of the service for operators. */
export const OperatorService: typeof services.OperatorService = services.OperatorService;
/** The methods of `temporal.api.operatorservice.v1.OperatorService`. */
export type OperatorService = ApiService<typeof services.OperatorService>;

/** Description of the service of test servers. */
export const TestService: typeof services.TestService = services.TestService;
/** The methods of `temporal.api.testservice.v1.TestService`. */
export type TestService = ApiService<typeof services.TestService>;

/** Description of gRPC's health service. */
export const HealthService: typeof services.Health = services.Health;
/** The methods of `grpc.health.v1.Health`; `watch` streams and is not here. */
export type HealthService = Omit<ApiService<typeof services.Health>, 'watch'>;

/** Makes one call. */
export type MethodCaller = (method: MethodDescription, request: object) => Promise<object>;

/** The methods of a service, each going through `call`. Streaming methods are left out. */
export function apiService<Service extends ServiceDescription>(
  service: Service,
  call: MethodCaller,
): ApiService<Service> {
  const unary = Object.values(service.methods).filter((method) => !method.requestStream && !method.responseStream);
  const methods = unary.map((method) => [
    method.name.charAt(0).toLowerCase() + method.name.slice(1),
    (request: object) => call(method, request),
  ]);
  return Object.fromEntries(methods) as ApiService<Service>;
}
