/**
 * One ClickHouse server in this process: arguments are its data folder, config file, HTTP port and TCP port.
 *
 * The call into libchdb blocks for the server's life, so nothing after it runs and no JavaScript handler does either; SIGTERM is handled by the engine.
 */
import { DataType, load, open } from 'ffi-rs';
import { findLibrary } from './clickhouse-library.ts';

const [dataDir, configFile, httpPort, tcpPort] = process.argv.slice(2);
// The endless query keeps the process serving; its short naps are what a SIGTERM has to wait for.
const script = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  'SELECT sleepEachRow(0.2) FROM system.numbers FORMAT Null SETTINGS function_sleep_max_microseconds_per_block=0, max_block_size=1',
].join('; ');
const args = [
  'clickhouse',
  `--path=${dataDir}`,
  `--config-file=${configFile}`,
  '--log-level=warning',
  '--listen_host=127.0.0.1',
  `--http_port=${httpPort}`,
  `--tcp_port=${tcpPort}`,
  '--query',
  script,
];

open({ library: 'chdb', path: findLibrary() });
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.Void,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
});
// Reached only when the engine gave up, on an error or a signal; a process that lingered would look like a server.
process.exit(1);
