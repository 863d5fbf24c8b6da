-- the TLS key that each BMC is known by: the first one it showed, or one that a person accepted
create table bmc_key (
  id bigint primary key,
  host varchar(255) not null,
  port int not null,
  fingerprint varchar(100) not null,
  pinned_at timestamp with time zone not null,
  unique (host, port)
);
