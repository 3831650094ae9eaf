"""Keys and signatures of the stand: RSA and GOST-2015-512, CMS as NCALayer makes it, PKCS#12.

Only the stand signs: production code of Tanba verifies and holds no person's key. Scalars are
multiplied in variable time, which is fit for keys that protect nothing.
"""
