/** A list of versions, oldest first: hosts have one of them, an update brings the last. */
export type Versions = readonly [string, ...string[]];

/** An operating system of the imaginary fleet, as of spring 2015. */
export interface Distribution {
  readonly family: 'Debian' | 'RedHat';
  readonly name: string;
  readonly release: string;
  readonly major: string;
  readonly codename: string;
  readonly kernels: Versions;
  /** What every host has. */
  readonly base: Readonly<Record<string, Versions>>;
  /** What hosts have where their role asks for it. */
  readonly extra: Readonly<Record<string, Versions>>;
  /** What its repositories have besides, and nobody has yet. */
  readonly more: Readonly<Record<string, Versions>>;
}

const TRUSTY: Distribution = {
  family: 'Debian',
  name: 'Ubuntu',
  release: '14.04',
  major: '14.04',
  codename: 'trusty',
  kernels: ['3.13.0-44-generic', '3.13.0-45-generic', '3.13.0-46-generic'],
  base: {
    bash: ['4.3-6ubuntu1', '4.3-7ubuntu1.5'],
    openssl: ['1.0.1f-1ubuntu2.8', '1.0.1f-1ubuntu2.11'],
    libc6: ['2.19-0ubuntu6.3', '2.19-0ubuntu6.5', '2.19-0ubuntu6.6'],
    'openssh-server': ['1:6.6p1-2ubuntu2'],
    puppet: ['3.7.3-1puppetlabs1', '3.7.4-1puppetlabs1'],
    tzdata: ['2014i-0ubuntu0.14.04', '2015a-0ubuntu0.14.04'],
  },
  extra: {
    nginx: ['1.4.6-1ubuntu3.1', '1.4.6-1ubuntu3.2'],
    cups: ['1.7.2-0ubuntu1.2', '1.7.2-0ubuntu1.5'],
    postgresql: ['9.3+154ubuntu1'],
  },
  more: { htop: ['1.0.2-3'], 'openafs-modules-dkms': ['1.6.7-1ubuntu1', '1.6.7-1ubuntu1.1'] },
};

const PRECISE: Distribution = {
  ...TRUSTY,
  release: '12.04',
  major: '12.04',
  codename: 'precise',
  kernels: ['3.2.0-75-generic', '3.2.0-77-generic'],
  base: {
    bash: ['4.2-2ubuntu2.1', '4.2-2ubuntu2.6'],
    openssl: ['1.0.1-4ubuntu5.20', '1.0.1-4ubuntu5.25'],
    // GHOST (CVE-2015-0235) is repaired from the second on.
    libc6: ['2.15-0ubuntu10.9', '2.15-0ubuntu10.10', '2.15-0ubuntu10.11'],
    'openssh-server': ['1:5.9p1-5ubuntu1.4'],
    puppet: ['3.7.3-1puppetlabs1', '3.7.4-1puppetlabs1'],
    tzdata: ['2015a-0ubuntu0.12.04'],
  },
  extra: { 'openafs-modules-dkms': ['1.6.1-1+ubuntu0.2'] },
  more: { htop: ['1.0.1-1'] },
};

const WHEEZY: Distribution = {
  family: 'Debian',
  name: 'Debian',
  release: '7.8',
  major: '7',
  codename: 'wheezy',
  kernels: ['3.2.0-4-amd64'],
  base: {
    bash: ['4.2+dfsg-0.1+deb7u3'],
    openssl: ['1.0.1e-2+deb7u14', '1.0.1e-2+deb7u15'],
    // GHOST again: deb7u7 has the repair.
    libc6: ['2.13-38+deb7u6', '2.13-38+deb7u7', '2.13-38+deb7u8'],
    'openssh-server': ['1:6.0p1-4+deb7u2'],
    puppet: ['3.7.4-1puppetlabs1'],
    tzdata: ['2015a-0wheezy1'],
  },
  extra: { nginx: ['1.2.1-2.2+wheezy3'], postfix: ['2.9.6-2'], bind9: ['1:9.8.4.dfsg.P1-6+nmu2+deb7u3'] },
  more: { htop: ['1.0.1-1'] },
};

const SCIENTIFIC_6: Distribution = {
  family: 'RedHat',
  name: 'Scientific',
  release: '6.6',
  major: '6',
  codename: 'Carbon',
  kernels: ['2.6.32-504.3.3.el6.x86_64', '2.6.32-504.8.1.el6.x86_64'],
  base: {
    bash: ['4.1.2-29.el6'],
    openssl: ['1.0.1e-30.el6_6.4', '1.0.1e-30.el6_6.5'],
    // GHOST: repaired in the second.
    glibc: ['2.12-1.149.el6_6.4', '2.12-1.149.el6_6.5'],
    'openssh-server': ['5.3p1-104.el6_6.1'],
    puppet: ['3.7.4-1.el6'],
    tzdata: ['2015a-1.el6'],
  },
  extra: { openafs: ['1.6.10-1.el6'], condor: ['8.2.6-1.el6'], dcache: ['2.10.17-1'] },
  more: { htop: ['1.0.3-1.el6'] },
};

const EL_7: Distribution = {
  ...SCIENTIFIC_6,
  name: 'CentOS',
  release: '7.0.1406',
  major: '7',
  codename: 'Core',
  kernels: ['3.10.0-123.20.1.el7.x86_64'],
  base: {
    bash: ['4.2.45-5.el7_0.4'],
    openssl: ['1.0.1e-34.el7_0.6', '1.0.1e-34.el7_0.7'],
    glibc: ['2.17-55.el7_0.3', '2.17-55.el7_0.5'],
    'openssh-server': ['6.4p1-8.el7'],
    puppet: ['3.7.4-1.el7'],
    tzdata: ['2015a-1.el7_0'],
  },
  extra: { nginx: ['1.6.2-1.el7'], condor: ['8.2.6-1.el7'], dcache: ['2.10.17-1'] },
  more: { htop: ['1.0.3-3.el7'] },
};

/** The five of the founding talk. */
export const DISTRIBUTIONS = { TRUSTY, PRECISE, WHEEZY, SCIENTIFIC_6, EL_7 } as const;
