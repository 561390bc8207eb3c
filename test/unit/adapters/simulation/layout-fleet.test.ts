import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { IDENTITY } from '../../../../src/core/names.ts';

const OPENAFS = 'openafs-modules-dkms';
const fleet = layoutFleet();
const trusty = fleet.filter(({ facts }) => facts.lsbmajdistrelease === '14.04');
const named = (identity: string): VirtualHost => {
  const host = fleet.find((one) => one.identity === identity);
  assert.ok(host, `${identity} is missing`);
  return host;
};

test('the fleet of 200 has the 145 hosts with Ubuntu 14.04 of the founding slide', () => {
  assert.equal(fleet.length, 200);
  assert.equal(trusty.length, 145);
});

test('of the hosts that answer, 112 have the package of the slide and 30 have it purged', () => {
  const answering = trusty.filter(({ wedged }) => !wedged);
  const versions = answering.map(({ packages }) => packages.get(OPENAFS)?.ensure ?? 'purged');
  assert.equal(versions.filter((version) => version === '1.6.7-1ubuntu1').length, 112);
  assert.equal(versions.filter((version) => version === 'purged').length, 30);
});

test('atlas28, fai07 and idp2 are wedged, and nobody else', () => {
  const wedged = fleet.filter((host) => host.wedged).map(({ identity }) => identity);
  assert.deepEqual(wedged, ['atlas28', 'fai07', 'idp2']);
  for (const identity of wedged) assert.ok(trusty.includes(named(identity)));
});

test('the hosts that the slide names have what it says', () => {
  assert.equal(named('exfldb01n0').packages.get(OPENAFS), undefined);
  for (const identity of ['fai05', 'it-cups-public', 'idp1']) {
    const installed = { name: OPENAFS, ensure: '1.6.7-1ubuntu1', arch: '', status: 'installed' };
    assert.deepEqual(named(identity).packages.get(OPENAFS), installed);
  }
});

test('the other 55 hosts have the other four systems of the talk, with matching facts', () => {
  const others = fleet.filter((host) => !trusty.includes(host));
  const systems = new Set(others.map(({ facts }) => JSON.stringify([facts.lsbdistid, facts.lsbmajdistrelease])));
  assert.deepEqual([...systems].sort(), [
    '["CentOS","7"]',
    '["Debian","7"]',
    '["Scientific","6"]',
    '["Ubuntu","12.04"]',
  ]);
  for (const { facts, identity } of fleet) {
    const { family, name, release } = facts.os as { family: string; name: string; release: { major: string } };
    assert.equal(family, facts.osfamily, identity);
    assert.equal(name, facts.lsbdistid, identity);
    assert.equal(release.major, facts.lsbmajdistrelease, identity);
  }
});

test('there is something to find: a few vulnerable C libraries, stopped and failed services, a canary', () => {
  const count = (matches: (host: VirtualHost) => boolean) => fleet.filter(matches).length;
  const ghost = ['2.15-0ubuntu10.9', '2.13-38+deb7u6', '2.12-1.149.el6_6.4', '2.17-55.el7_0.3'];
  const library = ({ packages }: VirtualHost) => (packages.get('libc6') ?? packages.get('glibc'))?.ensure ?? '';
  assert.ok(count((host) => ghost.includes(library(host))) >= 5);
  for (const state of ['stopped', 'failed']) {
    const some = count(({ services }) => [...services.values()].some((service) => service.state === state));
    assert.ok(some >= 2 && some <= 20, `${some} ${state}`);
  }
  assert.ok(count(({ facts }) => facts.environment === 'staging' && facts.role === 'canary') > 0);
  for (const name of ['common', 'webserver', 'cups', 'afs_client', 'batch_worker', 'dcache']) {
    assert.ok(count(({ classes }) => classes.has(name)) > 0, name);
  }
  assert.ok(fleet.every(({ services }) => services.get('sshd')?.state === 'running'));
});

test('the fleet is the same every time', () => {
  assert.deepEqual(layoutFleet(), fleet);
});

test('any size gives that many unique valid identities, in order', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 3000 })), (size) => {
      const hosts = layoutFleet(size);
      const identities = hosts.map(({ identity }) => identity);
      assert.equal(hosts.length, size);
      assert.equal(new Set(identities).size, size);
      assert.ok(identities.every((identity) => IDENTITY.test(identity)));
      assert.deepEqual(identities, [...identities].sort());
      assert.equal(hosts.filter(({ wedged }) => wedged).length, size >= 20 ? 3 : 0);
    }),
    { numRuns: 40 },
  );
});

test('other sizes keep the shares of the slide', () => {
  const hosts = layoutFleet(2000);
  const with1404 = hosts.filter(({ facts }) => facts.lsbmajdistrelease === '14.04');
  assert.equal(with1404.length, 1450);
  assert.equal(with1404.filter(({ packages }) => !packages.has(OPENAFS)).length, 300);
});

test('sizes that are no fleet are refused', () => {
  for (const size of [0, -1, 1.5, 20_001, Number.NaN]) {
    assert.throws(
      () => layoutFleet(size),
      (error) => error instanceof McoError && error.code === 'usage/bad-number',
    );
  }
});
