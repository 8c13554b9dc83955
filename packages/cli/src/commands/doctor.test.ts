import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../stack/service.ts';
import { nodeText } from './doctor.ts';

const own = { execPath: join(projectRoot, 'node_modules/node/bin/node'), version: 'v24.21.0' };
const agent = (version: string): NodeJS.ProcessEnv => ({ npm_config_user_agent: `npm/10.8.2 node/${version} linux x64 workspaces/false` });

test("Vigie's own Node is told apart from the person's", () => {
  expect(nodeText(agent('v20.20.2'), own)).toBe("24.21.0 (Vigie's own; yours is 20.20.2)");
  expect(nodeText(agent('v24.21.0'), own)).toBe("24.21.0 (Vigie's own)");
  expect(nodeText({}, own)).toBe("24.21.0 (Vigie's own)");
  expect(nodeText(agent('v20.20.2'), { execPath: '/opt/node/bin/node', version: 'v24.0.0' })).toBe('24.0.0');
});
