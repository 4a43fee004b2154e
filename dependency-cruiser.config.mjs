/** Which way imports may point. Pure folders have allow-lists: a deny-list would miss what nobody thought of. */

const TESTS = '\\.test\\.ts$|/src/testing/';
const OPTIONAL_PEERS = ['@photostructure/sqlite', 'pino-pretty', 'prom-client', '@opentelemetry/[^/]+'];
const npm = (names) => `^node_modules/(${names.join('|')})/`;

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import one another in a circle cannot be understood, tested or moved one at a time.',
      severity: 'error',
      from: { path: '/src/' },
      // A circle that types close vanishes when compiled.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere: is it declared, installed and built?',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared',
      comment: 'A package imports only what its own package.json declares.',
      severity: 'error',
      from: { path: '^(packages|interop|bench|samples)/', pathNot: TESTS },
      // The test runner is the root's; optional peers are not counted as declared.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
        pathNot: npm(['vitest', ...OPTIONAL_PEERS]),
      },
    },
    {
      name: 'libraries-are-installed-or-inlined',
      comment:
        'What only development installs is not there in an application, unless src/inlined makes it a part of ours.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [TESTS, '/testing/', '/src/inlined/', '^packages/cli/'] },
      to: { dependencyTypes: ['npm-dev'], pathNot: npm(OPTIONAL_PEERS) },
    },
    {
      name: 'protocol-stands-alone',
      comment: 'packages/protocol is the ground everything stands on: itself and its emitted codecs, nothing else.',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: TESTS },
      to: { pathNot: '^packages/protocol/(src|generated|dist/wire)/' },
    },
    {
      name: 'common-is-pure',
      comment: 'packages/common runs inside the workflow sandbox: itself, the protocol, and the errors of Nexus.',
      severity: 'error',
      from: { path: '^packages/common/src/', pathNot: TESTS },
      to: { pathNot: ['^packages/common/src/', '^packages/protocol/(dist|generated)/', npm(['nexus-rpc'])] },
    },
    {
      name: 'sandbox-holds-no-codecs',
      comment: 'What workflow bundles import must not pull in the generated codecs: types only, outside a few entries.',
      severity: 'error',
      from: {
        path: '^packages/common/src/',
        pathNot: [TESTS, '^packages/common/src/(conversion|proto-utils)/'],
      },
      to: { path: '^packages/protocol/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-is-pure',
      comment: 'The engine holds no clock, disk or network: itself, the protocol, and a few pure libraries.',
      severity: 'error',
      from: { path: '^packages/engine/src/', pathNot: TESTS },
      to: {
        pathNot: ['^packages/engine/src/', '^packages/protocol/(dist|generated)/', npm(['@msgpack/msgpack', 'croner'])],
      },
    },
    {
      name: 'replay-is-pure',
      comment: 'The replay core runs in browsers and under simulation: itself, what the SDK shares, and the protocol.',
      severity: 'error',
      from: { path: '^packages/replay/src/', pathNot: TESTS },
      to: { pathNot: ['^packages/replay/src/', '^packages/(common|protocol)/(dist|generated)/'] },
    },
    {
      name: 'workflow-is-pure',
      comment: 'Workflow code and its runtime live in a sandbox without Node: themselves and what the SDK shares.',
      severity: 'error',
      from: { path: '^packages/workflow/src/', pathNot: TESTS },
      to: {
        pathNot: ['^packages/workflow/src/', '^packages/common/(dist|generated)/', npm(['nexus-rpc'])],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'sdk-knows-no-server',
      comment: 'Server and SDK meet in testing, cli and simulator only.',
      severity: 'error',
      from: { path: '^packages/(common|workflow|activity|client|nexus|replay|worker)/src/', pathNot: TESTS },
      to: { path: '^packages/(server|engine)/' },
    },
    {
      name: 'below-the-worker',
      comment: 'What workflow, activity and client code import stands beside one another, not upon one another.',
      severity: 'error',
      from: { path: '^packages/(workflow|activity|client|nexus|replay)/src/', pathNot: TESTS },
      to: {
        path: '^packages/(workflow|activity|client|nexus|replay|worker)/',
        pathNot: ['^packages/$1/', '^packages/client/'],
      },
    },
    {
      name: 'clients-are-handed-in',
      comment: 'Activity code is given a client by its worker: it knows the type, and loads none of it.',
      severity: 'error',
      from: { path: '^packages/(workflow|activity|replay)/src/', pathNot: TESTS },
      to: { path: '^packages/client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-knows-no-sdk',
      comment: 'Server and SDK meet in testing, cli and simulator only.',
      severity: 'error',
      from: { path: '^packages/server/src/' },
      to: { path: '^packages/', pathNot: '^packages/(server|engine|protocol)/' },
    },
    {
      name: 'cli-starts-without-a-server',
      comment: 'Help must not load the server, the codecs or gRPC: they are imported once a command runs.',
      severity: 'error',
      from: { path: '^packages/cli/src/[^/]+\\.ts$', pathNot: TESTS },
      to: { path: '^packages/(server|client|protocol)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-importer-of-temporal-proto',
      comment: 'The descriptor enters through packages/protocol; interop and bench hold us against the original.',
      severity: 'error',
      from: { pathNot: '^(packages/protocol/(scripts|src/testing)/|interop/|bench/)' },
      to: { path: '^node_modules/@temporalio/proto/' },
    },
    {
      name: 'temporal-packages-only-beside-the-product',
      comment: 'The official SDK is what we are compared with, never a part of what we ship.',
      severity: 'error',
      from: { pathNot: '^(interop|bench)/' },
      to: { path: '^node_modules/@temporalio/', pathNot: '^node_modules/@temporalio/proto/' },
    },
    {
      name: 'packages-by-name',
      comment: 'Other packages are imported by name, through their exports. Only bench may measure what is inside.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|interop|samples/[^/]+)/' },
      to: { path: '^(packages/[^/]+|interop|bench|samples/[^/]+)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-tests-in-code',
      comment: 'What ships does not import tests or what only tests need.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TESTS },
      to: { path: TESTS },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/|/generated/' },
    exclude: { path: '\\.d\\.ts$|\\.tsbuildinfo$' },
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    skipAnalysisNotInRules: true,
  },
};
