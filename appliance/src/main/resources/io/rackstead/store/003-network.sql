create table fabric (
  id bigint primary key,
  name varchar(256) not null unique,
  class_type varchar(256) not null,
  description varchar(4000) not null
);

create table space (
  id bigint primary key,
  name varchar(256) not null unique,
  description varchar(4000) not null
);

create table vlan (
  id bigint primary key,
  fabric_id bigint not null references fabric (id),
  vid int not null,
  name varchar(256) not null,
  description varchar(4000) not null,
  mtu int not null,
  dhcp_on boolean not null,
  space_id bigint references space (id),
  relay_vlan_id bigint references vlan (id),
  -- where we are on it, as the configuration says; empty: found by our own addresses
  network_interface varchar(100) not null,
  dhcp_mode varchar(10) not null,
  unique (fabric_id, vid)
);

insert into fabric (id, name, class_type, description) values (0, 'fabric-0', '', '');
insert into vlan (id, fabric_id, vid, name, description, mtu, dhcp_on, network_interface, dhcp_mode)
  values (5001, 0, 0, 'untagged', '', 1500, false, '', 'SERVER');

create table subnet (
  id bigint primary key,
  vlan_id bigint not null references vlan (id),
  name varchar(256) not null,
  description varchar(4000) not null,
  cidr varchar(50) not null unique,
  gateway_ip varchar(45) not null,
  dns_servers varchar(1000) not null,
  rdns_mode smallint not null,
  allow_dns boolean not null,
  allow_proxy boolean not null,
  active_discovery boolean not null,
  managed boolean not null,
  disabled_boot_architectures varchar(1000) not null,
  dhcp_domain varchar(253) not null
);

create table ip_range (
  id bigint primary key,
  subnet_id bigint not null references subnet (id) on delete cascade,
  kind varchar(10) not null,
  start_ip varchar(45) not null,
  end_ip varchar(45) not null,
  comment varchar(4000) not null,
  username varchar(150) not null
);

create table reserved_ip (
  id bigint primary key,
  subnet_id bigint not null references subnet (id) on delete cascade,
  ip varchar(45) not null unique,
  mac varchar(17) not null,
  comment varchar(4000) not null,
  unique (subnet_id, mac)
);

create table static_route (
  id bigint primary key,
  source_id bigint not null references subnet (id) on delete cascade,
  destination_id bigint not null references subnet (id) on delete cascade,
  gateway_ip varchar(45) not null,
  metric int not null,
  unique (source_id, destination_id, gateway_ip)
);

create table ip_address (
  id bigint primary key,
  subnet_id bigint not null references subnet (id) on delete cascade,
  ip varchar(45) not null unique,
  alloc_type smallint not null,
  mac varchar(17) not null,
  machine_id varchar(12) not null,
  username varchar(150) not null,
  hostname varchar(253) not null,
  created_at timestamp(6) with time zone not null
);

create index ip_address_subnet on ip_address (subnet_id);
create index ip_address_machine on ip_address (machine_id);

create table domain (
  id bigint primary key,
  name varchar(253) not null unique,
  authoritative boolean not null,
  ttl int,
  is_default boolean not null,
  forward_dns varchar(1000) not null
);

insert into domain (id, name, authoritative, is_default, forward_dns) values (0, 'maas', true, true, '');

create table dns_resource (
  id bigint primary key,
  domain_id bigint not null references domain (id),
  name varchar(253) not null,
  address_ttl int,
  ip_addresses varchar(4000) not null,
  unique (domain_id, name)
);

create table dns_record (
  id bigint primary key,
  resource_id bigint not null references dns_resource (id) on delete cascade,
  rrtype varchar(10) not null,
  rrdata varchar(4000) not null,
  ttl int
);

create table dns_serial (
  only_row int primary key,
  serial bigint not null
);

insert into dns_serial (only_row, serial) values (1, 1);

create table neighbour (
  ip varchar(45) not null,
  mac varchar(17) not null,
  network_interface varchar(100) not null,
  hostname varchar(253) not null,
  first_seen timestamp(6) with time zone not null,
  last_seen timestamp(6) with time zone not null,
  primary key (ip, mac)
);
