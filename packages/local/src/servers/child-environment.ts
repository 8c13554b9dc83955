/** What a server inherits: enough to be found and run; no VIGIE_* secret and no NODE_OPTIONS of a test runner. */
export function childEnvironment(env: NodeJS.ProcessEnv, extra: Record<string, string> = {}): Record<string, string> {
  const kept = ['PATH', 'HOME', 'JAVA_HOME', 'TMPDIR', 'LANG', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];
  const inherited = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(inherited), TZ: 'UTC', ...extra };
}
