/** A program that starts local servers in the folder of its first argument, says so, and then only waits: for tests that kill such a program. */
import { startLocalServers } from './local.ts';

const [dataDir, keepRunning] = process.argv.slice(2);
const servers = await startLocalServers({
  dataDir: dataDir!,
  env: process.env,
  report: () => {},
  keepRunning: keepRunning === 'keep-running',
});
process.stdout.write(`${JSON.stringify(servers.environment)}\n`);
if (keepRunning !== 'keep-running') setInterval(() => {}, 60_000);
