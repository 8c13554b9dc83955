import { expect, test } from 'vitest';
import { missingPackages } from './lock.ts';

const binding = 'node_modules/@a/binding-linux-x64-gnu';

test('a package of another platform that the lock leaves out is missing, with where it belongs', () => {
  const optionalDependencies = { '@a/binding-linux-x64-gnu': '1.2.3', '@a/windows-64': '1.2.3' };
  const packages = { '': {}, 'node_modules/a': { version: '1.2.3', dev: true, optionalDependencies }, [binding]: { version: '1.2.3' } };
  expect([...missingPackages({ packages })]).toEqual([
    ['node_modules/@a/windows-64', { version: '1.2.3', dev: true, optional: true, os: ['win32'], cpu: ['x64'] }],
  ]);
});

test('one that is locked beside its dependent, or above it, is not missing', () => {
  const a = { optionalDependencies: { '@a/binding-linux-x64-gnu': '1.2.3' } };
  expect(missingPackages({ packages: { 'node_modules/a': a, [`node_modules/a/${binding}`]: {} } }).size).toBe(0);
  expect(missingPackages({ packages: { 'node_modules/b/node_modules/a': a, [`node_modules/b/${binding}`]: {} } }).size).toBe(0);
  expect(missingPackages({ packages: { 'node_modules/b/node_modules/a': a, [binding]: {} } }).size).toBe(0);
  expect(missingPackages({ packages: { 'node_modules/b/node_modules/a': a, [`node_modules/c/${binding}`]: {} } }).size).toBe(1);
});
