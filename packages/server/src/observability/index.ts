// Logs (pino) and metrics behind ports of our own.
// It owns how observations leave the process; it must not know what the rest of the server does.
export { type LogFields, type Logger, type LoggerOptions, type LogLevel, openLogger, silentLogger } from './logger.js';
export { type Counter, type Family, type Gauge, type Histogram } from './metric-families.js';
export { type HistogramOptions, type MetricOptions, Metrics } from './metrics.js';
export { MetricsServer, type MetricsServerOptions } from './metrics-server.js';
export { createRpcMetrics } from './rpc-metrics.js';
